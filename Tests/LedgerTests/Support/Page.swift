import Base
@preconcurrency import Glibc

/// A page of `docs/formats`, read so that tests can compare it with the code.
struct Page {
    let lines: [Substring]

    init(_ name: String) throws {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        guard let file = fopen("/\(root)/docs/formats/\(name)", "rb") else {
            throw Unexpected(what: "docs/formats/\(name) cannot be read")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The lines below a heading, up to the next one.
    func section(_ heading: String) throws -> ArraySlice<Substring> {
        guard let start = lines.firstIndex(where: { $0.drop { $0 == "#" } == " \(heading)" }) else {
            throw Unexpected(what: "no section \(heading)")
        }
        let rest = lines[(start + 1)...]
        return rest.prefix { !$0.hasPrefix("#") }
    }

    /// The cells of the section's table, without its head.
    func table(_ heading: String) throws -> [[String]] {
        let rows = try section(heading).filter { $0.hasPrefix("|") }.dropFirst(2)
        return rows.map { row in
            row.split(separator: "|").map { cell in
                let plain = cell.filter { $0 != "`" }
                let start = plain.drop { $0 == " " }
                return String(start.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    /// The bytes of a worked example, whose rows are offset, bytes in hexadecimal, and meaning.
    func example(_ format: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for row in try table("Worked example: \(format)") {
            guard row.count == 3, Int(row[0]) == bytes.count,
                let part = Hex.decode(row[1].filter { $0 != " " })
            else { throw Unexpected(what: "\(format), the row \(row) at \(bytes.count)") }
            bytes += part
        }
        return bytes
    }

    /// The text of the first fenced block below a heading.
    func block(_ heading: String) throws -> [UInt8] {
        let lines = try section(heading).drop { !$0.hasPrefix("```") }.dropFirst()
        return lines.prefix { !$0.hasPrefix("```") }.flatMap { Array($0.utf8) + [10] }
    }
}
