import Compression
@testable import Parquet

/// Reads the part of Parquet that we write, from the format's description rather than our writer.
struct SmallReader {
    struct Failure: Error {
        let reason: String
    }

    let bytes: [UInt8]
    let footer: ThriftValue

    init(_ bytes: [UInt8]) throws {
        let magic = Array("PAR1".utf8)
        guard bytes.count > 12, bytes.starts(with: magic), bytes.suffix(4) == magic[...] else {
            throw Failure(reason: "not PAR1 at both ends")
        }
        self.bytes = bytes
        let end = bytes.count - 8
        let length = bytes[end..<end + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        var reader = ThriftReader(bytes: bytes, position: end - length)
        footer = try reader.structure()
        guard reader.position == end else { throw Failure(reason: "the footer's length") }
    }

    /// The names of the columns and whether they hold lists.
    var columns: [(name: String, isList: Bool)] {
        let nodes = footer[2]?.elements ?? []
        var columns: [(name: String, isList: Bool)] = []
        var position = 1
        while position < nodes.count {
            let isList = nodes[position][5] != nil
            columns.append((nodes[position][4]?.text ?? "", isList))
            position += isList ? 3 : 1
        }
        return columns
    }

    /// All rows, in order.
    func rows() throws -> [[ParquetValue]] {
        var rows: [[ParquetValue]] = []
        for group in footer[4]?.elements ?? [] {
            let count = group[3]?.number ?? 0
            let chunks = try (group[1]?.elements ?? []).map { try column($0[3] ?? .number(0)) }
            guard chunks.allSatisfy({ $0.count == count }) else {
                throw Failure(reason: "columns of unequal length")
            }
            rows += (0..<count).map { row in chunks.map { $0[row] } }
        }
        return rows
    }

    /// What each row of a group holds in one column.
    private func column(_ metadata: ThriftValue) throws -> [ParquetValue] {
        guard let offset = metadata[9]?.number, let total = metadata[7]?.number,
            let type = metadata[1]?.number
        else { throw Failure(reason: "a chunk without its place") }
        let isList = metadata[3]?.elements.count == 3
        var values: [ParquetValue] = []
        var reader = ThriftReader(bytes: bytes, position: offset)
        while reader.position < offset + total {
            let header = try reader.structure()
            guard let size = header[2]?.number, let stored = header[3]?.number,
                let count = header[5]?[1]?.number
            else { throw Failure(reason: "a page without its sizes") }
            var content = Array(bytes[reader.position..<reader.position + stored])
            reader.position += stored
            if metadata[4]?.number == 6 {
                content = try Zstandard.decompress(content, limit: 1 << 30)
            }
            guard content.count == size else { throw Failure(reason: "a page's size") }
            values += try SmallPage(content, count: count, type: type, isList: isList).values()
        }
        return values
    }
}

/// One data page: levels, then values.
private struct SmallPage {
    private var input: ThriftReader
    private let count: Int
    private let type: Int
    private let isList: Bool
    private var truths: [UInt8] = []

    init(_ content: [UInt8], count: Int, type: Int, isList: Bool) {
        input = ThriftReader(bytes: content, position: 0)
        (self.count, self.type, self.isList) = (count, type, isList)
    }

    func values() throws -> [ParquetValue] {
        var page = self
        return try page.read()
    }

    private mutating func read() throws -> [ParquetValue] {
        let repetition = isList ? try levels(width: 1) : [UInt8](repeating: 0, count: count)
        let definition = try levels(width: isList ? 2 : 1)
        var rows: [ParquetValue] = []
        for (repeats, level) in zip(repetition, definition) {
            let value: ParquetValue =
                switch (isList, level) {
                case (false, 1): try leaf()
                case (true, 3): .list([try leaf()])
                case (true, 2): .list([.null])
                case (true, 1): .list([])
                default: .null
                }
            guard repeats == 1 else {
                rows.append(value)
                continue
            }
            guard case .list(let old)? = rows.popLast(), case .list(let more) = value else {
                throw SmallReader.Failure(reason: "a list goes on that did not start")
            }
            rows.append(.list(old + more))
        }
        return rows
    }

    private mutating func levels(width: Int) throws -> [UInt8] {
        let end = Int(try number(4)) + input.position
        var levels: [UInt8] = []
        while input.position < end {
            let head = try input.varint()
            if head & 1 == 0 {
                levels += Array(repeating: try input.byte(), count: Int(head >> 1))
            } else {
                let packed = try (0..<Int(head >> 1) * width).map { _ in try input.byte() }
                levels += SmallPage.unpack(packed, width: width)
            }
        }
        guard levels.count >= count, input.position == end else {
            throw SmallReader.Failure(reason: "too few levels")
        }
        return Array(levels.prefix(count))
    }

    private static func unpack(_ packed: [UInt8], width: Int) -> [UInt8] {
        let bits = packed.flatMap { byte in (0..<8).map { byte >> UInt8($0) & 1 } }
        return stride(from: 0, to: bits.count, by: width).map { start in
            bits[start..<start + width].reversed().reduce(0) { $0 << 1 | $1 }
        }
    }

    private mutating func number(_ byteCount: Int) throws -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<byteCount { value |= UInt64(try input.byte()) << UInt64(8 * place) }
        return value
    }

    /// Dates are read as the numbers that they are stored as.
    private mutating func leaf() throws -> ParquetValue {
        switch type {
        case 0:
            if truths.isEmpty { truths = SmallPage.unpack([try input.byte()], width: 1) }
            return .boolean(truths.removeFirst() == 1)
        case 1: return .int32(Int32(bitPattern: UInt32(try number(4))))
        case 2: return .int64(Int64(bitPattern: try number(8)))
        case 5: return .double(Double(bitPattern: try number(8)))
        default:
            let count = Int(try number(4))
            let text = try (0..<count).map { _ in try input.byte() }
            return .string(String(decoding: text, as: UTF8.self))
        }
    }
}
