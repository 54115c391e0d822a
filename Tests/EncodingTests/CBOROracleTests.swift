import Base
import Encoding
import Foundation
import Testing

/// cbor2 from PyPI, which `make setup` installs, as an independent judge of our encoding.
private enum CBOROracle {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appendingPathComponent(".venv/bin/python")

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: python.path) }

    /// For each item the judge's own canonical encoding in hexadecimal, or `invalid`.
    static func canonical(_ items: [[UInt8]]) throws -> [String] {
        let input = FileManager.default.temporaryDirectory
            .appendingPathComponent("kanglian-cbor-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: input) }
        try Data(items.map { Hex.encode($0) + "\n" }.joined().utf8).write(to: input)
        let process = Process()
        process.executableURL = python
        process.arguments = [root.appendingPathComponent("scripts/oracle.py").path, "cbor"]
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

@Suite(
    "An independent library agrees on CBOR",
    .enabled(if: CBOROracle.isInstalled, "run make setup for the judges"))
struct CBOROracleTests {
    @Test("What we write is canonical to the judge", arguments: [UInt64(1), 2, 3])
    func writesCanonical(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let items = (0..<500).map { _ in
            var writer = CBORWriter()
            write(into: &writer, depth: 4, &random)
            return writer.bytes
        }
        #expect(try CBOROracle.canonical(items) == items.map { Hex.encode($0) })
    }

    @Test("What the judge would write otherwise, we refuse")
    func refusesOtherForms() throws {
        let items = ["1801", "190001", "9f01ff", "5f4101ff", "7f6161ff", "8201"]
        let bytes = try items.map { try #require(Hex.decode($0)) }
        #expect(zip(items, try CBOROracle.canonical(bytes)).allSatisfy { $0 != $1 })
        for item in bytes {
            #expect(throws: CBORError.self) {
                var reader = try CBORReader(item)
                _ = try reader.rawItem()
                try reader.finish()
            }
        }
    }

    /// Writes one item that structures of ours may hold.
    private func write(into writer: inout CBORWriter, depth: Int, _ random: inout SplitMix64) {
        let width = UInt64.random(in: 0..<64, using: &random)
        let number = random.next() >> width
        switch UInt64.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: writer.unsigned(number)
        case 1: writer.integer(Int64(truncatingIfNeeded: number))
        case 2: writer.byteString((0..<number % 40).map { UInt8(truncatingIfNeeded: $0) })
        case 3: writer.text(String(repeating: "链a𠀀", count: Int(number % 90)))
        case 4: writer.bool(number % 2 == 0)
        case 5: writer.null()
        default:
            let count = Int(number % 30)
            writer.array(count)
            for _ in 0..<count { write(into: &writer, depth: depth - 1, &random) }
        }
    }
}
