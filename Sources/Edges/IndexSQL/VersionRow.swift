import Base
import FHIRSearch

/// A row of a version with everything that belongs to it.
struct VersionRow {
    private let row: [SQLValue]

    init(_ row: [SQLValue]) { self.row = row }

    /// Selects the columns that are read here; a condition on `r`, `v` and `s` follows.
    static let select = """
        SELECT v.seq, r.type, r.name, v.number, v.method, v.updated, s.label, v.origin, b.bytes, \
        r.id FROM resource r JOIN version v ON v.resource = r.id JOIN scope s ON s.id = v.scope \
        LEFT JOIN body b ON b.seq = v.seq
        """

    var seq: Int64 { row[0].integer }
    var resource: Int64 { row[9].integer }

    func version(_ codec: BodyCodec) throws(IndexError) -> StoredVersion {
        let name = ResourceName(type: row[1].text, id: row[2].text)
        let number = UInt64(clamping: row[3].integer)
        guard let method = StoredVersion.Method(rawValue: UInt8(clamping: row[4].integer)) else {
            throw .corrupt("the method of a version of \(name.type)")
        }
        return StoredVersion(
            name: name, number: number, method: method,
            lastUpdated: Timestamp(milliseconds: UInt64(clamping: row[5].integer)),
            scope: row[6].bytes ?? [], origin: row[7].bytes ?? [],
            body: try row[8].bytes.map { bytes throws(IndexError) in
                try codec.decoded(bytes, name, number)
            })
    }
}
