import Base
import ContractKit
import Encoding
import FHIRSearch

/// Versions on their way to the chain, kept in the index until they are in it.
///
/// Notes `pending/<identifier>/<part>` hold the parts of one array of versions, a version an array
/// of eight: type, id, number, method, time, scope, origin, body.
enum PendingWrites {
    static let prefix = "pending/"
    /// Bytes of one note.
    private static let partCount = 900_000
    private static let limits = CBORLimits(byteCount: 1 << 30, depth: 4, elementCount: 1 << 20)

    /// The notes that keep versions under an identifier.
    static func notes(_ identifier: String, _ versions: [StoredVersion]) -> [IndexChange] {
        var writer = CBORWriter()
        writer.list(versions) { writer, version in
            writer.array(8)
            writer.text(version.name.type)
            writer.text(version.name.id)
            writer.unsigned(version.number)
            writer.unsigned(UInt64(version.method.rawValue))
            writer.time(version.lastUpdated)
            writer.byteString(version.scope)
            writer.byteString(version.origin)
            writer.byteString(version.body ?? [])
        }
        let bytes = writer.bytes
        return stride(from: 0, to: bytes.count, by: partCount).enumerated().map { part, start in
            .note(
                key: key(identifier, part), value: Array(bytes[start...].prefix(partCount)))
        }
    }

    /// The same notes, gone.
    static func removal(of notes: [IndexChange]) -> [IndexChange] {
        notes.compactMap {
            if case .note(let key, _) = $0 { .note(key: key, value: nil) } else { nil }
        }
    }

    /// What was on its way when the server stopped, by identifier, with the keys of its notes.
    static func all(
        in index: any ResourceIndex
    ) throws(IndexError) -> [(keys: [String], versions: [StoredVersion])] {
        var found: [(identifier: Substring, keys: [String], bytes: [UInt8])] = []
        var after: String?
        while true {
            let page = try index.notes(startingWith: prefix, after: after, limit: 100)
            for (key, value) in page {
                let identifier = key.dropFirst(prefix.count).prefix { $0 != "/" }
                if found.last?.identifier == identifier {
                    found[found.count - 1].keys.append(key)
                    found[found.count - 1].bytes += value
                } else {
                    found.append((identifier, [key], value))
                }
            }
            guard page.count == 100 else { break }
            after = page.last?.key
        }
        var all: [(keys: [String], versions: [StoredVersion])] = []
        for item in found {
            do throws(CBORError) {
                all.append((item.keys, try versions(item.bytes)))
            } catch {
                throw .corrupt("a pending write")
            }
        }
        return all
    }

    /// Parts in their order: notes come ascending by key.
    private static func key(_ identifier: String, _ part: Int) -> String {
        let number = String(part)
        return prefix + identifier + "/" + String(repeating: "0", count: 4 - min(4, number.count))
            + number
    }

    private static func versions(_ bytes: [UInt8]) throws(CBORError) -> [StoredVersion] {
        var reader = try CBORReader(bytes, limits: limits)
        let versions = try reader.list(atMost: 1 << 20) { (reader) throws(CBORError) in
            try reader.structure(8, "pending version")
            let name = ResourceName(type: try reader.text(), id: try reader.text())
            let number = try reader.unsigned()
            let start = reader.offset
            let method = StoredVersion.Method(
                rawValue: UInt8(try reader.unsigned(atMost: 255, field: "method")))
            guard let method else { throw .outOfRange(offset: start, field: "method") }
            let time = try reader.time()
            let scope = try reader.byteString()
            let origin = try reader.byteString()
            let body = try reader.byteString()
            return StoredVersion(
                name: name, number: number, method: method, lastUpdated: time, scope: scope,
                origin: origin, body: body.isEmpty ? nil : body)
        }
        try reader.finish()
        return versions
    }
}
