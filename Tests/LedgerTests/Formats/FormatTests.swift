import Base
import Encoding
import Ledger
import Testing

/// Each binary format has one encoding, frozen, and its decoder takes nothing else.
struct FormatTests {
    private let formats: [Format]

    init() throws { formats = try Sample().formats }

    @Test func theBytesOfEachFormatAreFrozen() {
        #expect(formats.map(\.name) == GoldenBytes.all.map(\.name))
        for (format, golden) in zip(formats, GoldenBytes.all) {
            #expect(Hex.encode(format.bytes) == golden.hex, "\(format.name)")
        }
    }

    @Test func eachFormatIsReadBackEqual() {
        for format in formats {
            #expect(format.recode(format.bytes) == .success(format.bytes), "\(format.name)")
        }
    }

    @Test func everyTruncationIsRefusedAsTruncated() {
        for format in formats {
            for count in format.bytes.indices {
                let result = format.recode(Array(format.bytes[..<count]))
                guard case .failure(.truncated) = result else {
                    Issue.record("\(format.name) cut to \(count) bytes: \(result)")
                    continue
                }
            }
        }
    }

    @Test func aTrailingByteIsRefused() {
        for format in formats {
            #expect(
                format.recode(format.bytes + [0])
                    == .failure(.trailingBytes(offset: format.bytes.count)), "\(format.name)")
        }
    }

    /// A flipped bit is refused or is another value; it never hides behind the same value.
    @Test func noBitCanChangeUnnoticed() {
        for format in formats {
            for bit in 0..<format.bytes.count * 8 {
                var bytes = format.bytes
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                guard case .success(let again) = format.recode(bytes) else { continue }
                #expect(again == bytes, "\(format.name), bit \(bit)")
            }
        }
    }

    @Test func anUnknownFieldIsRefused() {
        for format in formats where format.name != "validator set" {
            var bytes = format.bytes + [0]
            bytes[0] += 1
            let result = format.recode(bytes)
            switch result {
            // A message is refused by its kind and size together.
            case .failure(.unexpected(offset: 0, _)), .failure(.outOfRange(offset: 1, _)),
                .failure(.tooLarge(offset: 0)):
                continue
            default: Issue.record("\(format.name) with another field: \(result)")
            }
        }
    }

    @Test func aHeadThatIsLongerThanNeededIsRefused() {
        for format in formats {
            let bytes = [0x98, format.bytes[0] & 31] + format.bytes.dropFirst()
            #expect(format.recode(bytes) == .failure(.notCanonical(offset: 0)), "\(format.name)")
        }
    }

    private static let versioned = [
        "transaction body", "entry", "header", "certificate", "block", "receipt", "genesis",
        "account keys", "validator epoch", "validator change", "handoff", "snapshot manifest",
        "proposal", "batch", "vote record",
    ]

    @Test(arguments: versioned)
    func aVersionOtherThanOneIsRefused(name: String) throws {
        let format = try #require(formats.first { $0.name == name })
        #expect(format.bytes[1] == 1)
        for version: UInt8 in [0, 2, 23] {
            var bytes = format.bytes
            bytes[1] = version
            guard case .failure(.unexpected(offset: 1, let expected)) = format.recode(bytes) else {
                Issue.record("version \(version) of \(name) passed")
                continue
            }
            #expect(expected.hasSuffix("version 1"))
        }
        let long = [format.bytes[0], 0x18, 1] + format.bytes.dropFirst(2)
        #expect(format.recode(long) == .failure(.notCanonical(offset: 1)))
    }

    @Test func aMapOrTextInsteadOfTheArrayIsRefused() {
        for format in formats {
            for head: UInt8 in [0xA2, 0x62, 0x42, 0x01, 0xF6] {
                let result = format.recode([head, 0, 0, 0, 0])
                guard case .failure(.unexpected(offset: 0, _)) = result else {
                    Issue.record("\(format.name) begins with \(head): \(result)")
                    continue
                }
            }
        }
    }
}
