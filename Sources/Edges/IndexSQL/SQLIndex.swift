import Base
package import FHIRSearch
import System

/// The index over a database: everything that does not depend on which one.
package final class SQLIndex: ResourceIndex {
    let engine: any SQLEngine
    let codec: BodyCodec
    let symbols = SymbolTable()
    private let queue: WriteQueue

    /// Over an engine whose database has the tables of ``SQLSchema``.
    package init(_ engine: any SQLEngine, codec: BodyCodec) {
        (self.engine, self.codec) = (engine, codec)
        queue = WriteQueue(engine: engine, symbols: symbols, codec: codec)
    }

    package func write(_ changes: [IndexChange]) throws(IndexError) {
        try queue.write(changes)
    }

    package func current(_ name: ResourceName) throws(IndexError) -> StoredVersion? {
        try one("r.type = #1 AND r.name = #2 AND v.number = r.version", name, nil)
    }

    package func version(
        _ name: ResourceName, _ number: UInt64
    ) throws(IndexError) -> StoredVersion? {
        guard let number = Int64(exactly: number) else { return nil }
        return try one("r.type = #1 AND r.name = #2 AND v.number = #3", name, number)
    }

    private func one(
        _ condition: String, _ name: ResourceName, _ number: Int64?
    ) throws(IndexError) -> StoredVersion? {
        var builder = StatementBuilder(engine.dialect)
        var condition = condition
        let values: [SQLValue] =
            [.text(name.type), .text(name.id)] + (number.map { [.integer($0)] } ?? [])
        for (place, value) in values.enumerated() {
            condition = condition.replacing("#\(place + 1)", with: builder.bind(value))
        }
        let statement = builder.statement("\(VersionRow.select) WHERE \(condition)")
        let rows = try engine.rows(statement)
        return try rows.first.map { row throws(IndexError) in try VersionRow(row).version(codec) }
    }

    package func scopes(startingWith prefix: [UInt8]) throws(IndexError) -> [NumberedScope] {
        var builder = StatementBuilder(engine.dialect)
        let condition = Self.starts("label", with: prefix, &builder)
        let statement = builder.statement(
            "SELECT id, label FROM scope WHERE \(condition) ORDER BY id")
        let rows = try engine.rows(statement)
        return rows.map { NumberedScope(number: $0[0].integer, label: $0[1].bytes ?? []) }
    }

    package func note(_ key: String) throws(IndexError) -> [UInt8]? {
        var builder = StatementBuilder(engine.dialect)
        let place = builder.bind(key)
        let statement = builder.statement("SELECT value FROM note WHERE name = \(place)")
        let rows = try engine.rows(statement)
        return try rows.first?[0].bytes.map { sealed throws(IndexError) in
            try codec.opened(note: sealed, Array(key.utf8))
        }
    }

    package func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])] {
        var builder = StatementBuilder(engine.dialect)
        let condition = allOf([
            Self.starts("name", with: Array(prefix.utf8), &builder),
            after.map { "name > \(builder.bind($0))" },
        ])
        let statement = builder.statement(
            "SELECT name, value FROM note WHERE \(condition) ORDER BY name LIMIT \(max(0, limit))")
        let rows = try engine.rows(statement)
        return try rows.map { row throws(IndexError) in
            let key = row[0].bytes ?? []
            return (row[0].text, try codec.opened(note: row[1].bytes ?? [], key))
        }
    }

    private static func starts(
        _ column: String, with prefix: [UInt8], _ builder: inout StatementBuilder
    ) -> String {
        guard !prefix.isEmpty else { return "1 = 1" }
        let start = "\(column) >= \(builder.bind(.bytes(prefix)))"
        var end = prefix
        while end.last == 255 { end.removeLast() }
        guard let last = end.indices.last else { return start }
        end[last] += 1
        return start + " AND \(column) < \(builder.bind(.bytes(end)))"
    }
}
