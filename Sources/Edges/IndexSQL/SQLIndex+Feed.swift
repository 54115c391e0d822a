package import FHIRSearch

/// Versions in the order in which they were written; a position is the `seq` of a version.
extension SQLIndex {
    package func versions(
        of type: String, after position: UInt64, limit: Int
    ) throws(IndexError) -> [(position: UInt64, version: StoredVersion)] {
        try engine.read(.everything) { session throws(IndexError) in
            guard let number = try symbols.numbers([type], session, engine.dialect)[type] else {
                return []
            }
            var builder = StatementBuilder(engine.dialect)
            let conditions = allOf([
                "v.type = \(builder.bind(number))",
                "v.seq > \(builder.bind(Int64(clamping: position)))",
            ])
            let rows = try session.rows(
                builder.statement(
                    "\(VersionRow.select) WHERE \(conditions) ORDER BY v.seq "
                        + "LIMIT \(max(0, limit))")
            ).map { VersionRow($0) }
            return try rows.map { row throws(IndexError) in
                (UInt64(clamping: row.seq), try row.version(codec))
            }
        }
    }

    package func lastPosition() throws(IndexError) -> UInt64 {
        let rows = try engine.read(.everything) { session throws(IndexError) in
            try session.rows(SQLStatement("SELECT max(seq) FROM version"))
        }
        return UInt64(clamping: rows.first?[0].integer ?? 0)
    }
}
