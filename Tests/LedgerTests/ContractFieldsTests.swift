import Base
import ContractKit
import Encoding
import Ledger
import Storage
import Testing

private enum Colour: UInt8, CaseIterable {
    case red = 1
    case green = 2
    case blue = 9
}

@Suite("Fields of contracts")
struct ContractFieldsTests {
    private func read<Value>(
        _ bytes: [UInt8], _ body: (inout CBORReader) throws(CBORError) -> Value
    ) throws -> Value {
        var reader = try CBORReader(bytes)
        let value = try body(&reader)
        try reader.finish()
        return value
    }

    @Test(
        "read a set of choices only in ascending order",
        arguments: [
            ([0x81, 1], [1]), ([0x82, 1, 9], [1, 9]), ([0x83, 1, 2, 9], [1, 2, 9]),
            ([0x82, 9, 1], nil), ([0x82, 1, 1], nil), ([0x81, 3], nil), ([0x80], nil),
            ([0x81, 0x19, 1, 1], nil), ([0x84, 1, 2, 9, 10], nil),
        ] as [([UInt8], [UInt8]?)])
    func choices(bytes: [UInt8], expected: [UInt8]?) {
        let found = try? read(bytes) { (reader) throws(CBORError) in
            try reader.choices(Colour.self, atMost: 3, field: "colours")
        }
        #expect(found?.map(\.rawValue) == expected)
    }

    @Test("bring a set into the order that is read")
    func ascending() throws {
        for colours in [[Colour.blue, .red], [.green, .green, .red, .blue, .red]] {
            var writer = CBORWriter()
            writer.choices(colours.ascending)
            let found = try read(writer.bytes) { (reader) throws(CBORError) in
                try reader.choices(Colour.self, atMost: 3, field: "colours")
            }
            #expect(Set(found) == Set(colours))
        }
    }

    @Test("read numbers of one byte within their range")
    func bytes() throws {
        #expect(
            try read([0x18, 255]) { (reader) throws(CBORError) in try reader.byte(field: "b") }
                == 255)
        for bytes in [[0x19, 1, 0], [0], [11]] as [[UInt8]] {
            #expect(throws: CBORError.self) {
                try read(bytes) { (reader) throws(CBORError) in
                    try reader.byte(in: 1...10, field: "b")
                }
            }
        }
    }

    @Test("refuse zero where there must be something, and nothing where there must be bytes")
    func positive() throws {
        #expect(throws: CBORError.self) {
            try read([0]) { (reader) throws(CBORError) in try reader.positive(field: "n") }
        }
        for bytes in [[0x40], [0x43, 1, 2, 3]] as [[UInt8]] {
            #expect(throws: CBORError.self) {
                try read(bytes) { (reader) throws(CBORError) in
                    try reader.someBytes(atMost: 2, field: "bytes")
                }
            }
        }
    }

    @Test("write a time as its milliseconds", arguments: [0, 1_772_323_200_000, .max] as [UInt64])
    func time(milliseconds: UInt64) throws {
        var writer = CBORWriter()
        writer.time(Timestamp(milliseconds: milliseconds))
        let time = try read(writer.bytes) { (reader) throws(CBORError) in try reader.time() }
        #expect(time.milliseconds == milliseconds)
    }
}

@Suite("A reason code")
struct ReasonCodeTests {
    @Test(
        "is a short word of small letters, digits, hyphens and dots",
        arguments: [
            "a", "law.retention", "0", "owner-wish.2", String(repeating: "a", count: 64),
        ])
    func accepts(_ text: String) throws {
        let code = try #require(ReasonCode(text))
        #expect(try ReasonCode(decoding: code.encoded) == code)
        #expect(code.description == text)
    }

    @Test(
        "is never a sentence",
        arguments: [
            "", ".", "a.", "-a", "Law", "a b", "a_b", "张三", "a\n", "é",
            String(repeating: "a", count: 65),
        ])
    func refuses(_ text: String) {
        #expect(ReasonCode(text) == nil)
        var writer = CBORWriter()
        writer.text(text)
        #expect(throws: CBORError.self) { try ReasonCode(decoding: writer.bytes) }
    }
}

@Suite("Parts of scanned keys")
struct ScannedKeyTests {
    @Test("read back what was written")
    func roundTrip() throws {
        let random = SeededRandom(seed: 3)
        let hash = random.hash256()
        #expect(try Hash256(tableKey: hash.tableKey) == hash)
        #expect(try AccountID(tableKey: AccountID(hash).tableKey) == AccountID(hash))
        for number in [0, 1, 255, 256, .max] as [UInt64] {
            #expect(try UInt64(tableKey: number.tableKey) == number)
        }
    }

    @Test("of another length are damage")
    func wrongLength() {
        #expect(throws: StorageError.self) { try Hash256(tableKey: [1, 2]) }
        #expect(throws: StorageError.self) { try UInt64(tableKey: [UInt8](repeating: 0, count: 9)) }
    }
}
