import Base
import Testing

@Suite("Seeded randomness")
struct RandomTests {
    // The reference implementation by S. Vigna (prng.di.unimi.it/splitmix64.c).
    @Test(
        "SplitMix64 yields the reference values",
        arguments: zip(
            [0, 1_234_567] as [UInt64],
            [
                [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F],
                [
                    6_457_827_717_110_365_317, 3_203_168_211_198_807_973,
                    9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                    16_408_922_859_458_223_821,
                ],
            ] as [[UInt64]]))
    func splitMix(seed: UInt64, values: [UInt64]) {
        var generator = SplitMix64(seed: seed)
        for value in values { #expect(generator.next() == value) }
    }

    @Test("bytes are the words in little-endian order, a fresh word for each call")
    func bytes() {
        let random = SeededRandom(seed: 0)
        #expect(random.bytes(10) == [0xAF, 0xCD, 0x1D, 0x7B, 0x39, 0xA8, 0x20, 0xE2, 0xF4, 0x65])
        #expect(random.bytes(2) == [0x4F, 0x45])
        #expect(random.bytes(0).isEmpty)
    }

    @Test("the same seed repeats itself, another does not")
    func seeds() {
        let (one, same, other) = (
            SeededRandom(seed: 7), SeededRandom(seed: 7), SeededRandom(seed: 8)
        )
        let bytes = one.bytes(1000)
        #expect(same.bytes(1000) == bytes)
        #expect(other.bytes(1000) != bytes)
        #expect(one.hash256() == same.hash256())
    }

    @Test("every count gives that many bytes")
    func counts() {
        let random = SeededRandom(seed: 9)
        for count in 0..<100 { #expect(random.bytes(count).count == count) }
    }
}

@Suite("Refusals")
struct RefusalTests {
    @Test("are shown with their code and the English sentence")
    func description() {
        let refusal = Refusal("transaction.expired", "It expired.", "已过期。")
        #expect("\(refusal)" == "transaction.expired: It expired.")
        #expect(refusal == Refusal("transaction.expired", "It expired.", "已过期。"))
        #expect(refusal != Refusal("transaction.expired", "It expired.", "过期。"))
    }
}
