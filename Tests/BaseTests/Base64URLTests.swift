import Base
import Testing

@Suite("Base64 for URLs")
struct Base64URLTests {
    // RFC 4648 §10, without padding (§3.2); the last two differ from plain Base64.
    @Test(
        "matches RFC 4648",
        arguments: [
            ([], ""),
            ([0x66], "Zg"),
            ([0x66, 0x6f], "Zm8"),
            ([0x66, 0x6f, 0x6f], "Zm9v"),
            ([0x66, 0x6f, 0x6f, 0x62], "Zm9vYg"),
            ([0x66, 0x6f, 0x6f, 0x62, 0x61], "Zm9vYmE"),
            ([0x66, 0x6f, 0x6f, 0x62, 0x61, 0x72], "Zm9vYmFy"),
            ([0xfb, 0xff], "-_8"),
            ([0xff, 0xfe, 0xbe], "__6-"),
        ] as [([UInt8], String)])
    func standard(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test("returns every sequence of bytes", arguments: [UInt64(1), 2, 3])
    func roundTrip(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        for count in 0..<200 {
            let bytes = random.bytes(count)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "\(count) bytes")
        }
    }

    // Two characters hold 12 bits, of which the last four must be zero: 256 of the 128² pairs.
    @Test("reads each byte from one text only")
    func oneForm() {
        var accepted = 0
        for first in UInt8(0)..<128 {
            for second in UInt8(0)..<128 {
                let text = String(decoding: [first, second], as: UTF8.self)
                guard let bytes = Base64URL.decode(text) else { continue }
                accepted += 1
                #expect(Base64URL.encode(bytes) == text)
            }
        }
        #expect(accepted == 256)
    }

    // Three characters hold 18 bits, of which the last two must be zero.
    @Test("reads two bytes only without trailing bits")
    func trailingBits() {
        let accepted = (UInt8(0)..<128).filter { last in
            Base64URL.decode(String(decoding: Array("Zm".utf8) + [last], as: UTF8.self)) != nil
        }
        #expect(accepted.count == 16)
    }

    @Test(
        "refuses padding, the plain alphabet, blanks and impossible counts",
        arguments: [
            "Zg==", "Zg=", "Zm8=", "=", "+_8", "-/8", "Z", "Zm9vY", "Zm9v ", "Zm 9v", "Zm9v\n",
            "Zm9v\0", "Ｚｇ", "Zh", "Zm9",
        ])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
