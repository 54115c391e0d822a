import Base
import FHIRSearch

extension WritePlanner {
    /// Writes a plan: new rows at once, table by table.
    func carryOut(_ plan: WritePlan, _ session: any SQLSession) throws(IndexError) {
        try session.insert(
            plan.newSymbols.map { [.integer($0.number), .text($0.text)] }, into: .symbol)
        try session.insert(
            plan.newScopes.map { [.integer($0.number), .bytes($0.label)] }, into: .scope)
        try writeResources(plan, session)
        try writeVersions(plan, session)
        try writeTerms(plan, session)
        try writeNotes(plan, session)
    }

    private func writeResources(
        _ plan: WritePlan, _ session: any SQLSession
    ) throws(IndexError) {
        var new: [[SQLValue]] = []
        for name in plan.order {
            guard let entry = plan.entries[name] else { continue }
            if entry.isNew {
                new.append([
                    .integer(entry.number), .text(name.type), .text(name.id),
                    .integer(entry.state), .integer(entry.version), .integer(entry.updated),
                    .integer(entry.scope),
                ])
            } else if entry.isChanged {
                var builder = StatementBuilder(dialect)
                let assignments = [
                    ("state", entry.state), ("version", entry.version),
                    ("updated", entry.updated), ("scope", entry.scope),
                ].map { "\($0.0) = \(builder.bind($0.1))" }.joined(separator: ", ")
                let id = builder.bind(entry.number)
                _ = try session.rows(
                    builder.statement("UPDATE resource SET \(assignments) WHERE id = \(id)"))
            }
        }
        try session.insert(new, into: .resource)
    }

    private func writeVersions(
        _ plan: WritePlan, _ session: any SQLSession
    ) throws(IndexError) {
        for name in plan.order where plan.entries[name]?.isErased == true {
            guard let entry = plan.entries[name] else { continue }
            var builder = StatementBuilder(dialect)
            let id = builder.bind(entry.number)
            _ = try session.rows(
                builder.statement(
                    "DELETE FROM body WHERE seq IN "
                        + "(SELECT seq FROM version WHERE resource = \(id))"))
        }
        var rows: [[SQLValue]] = []
        var bodies: [[SQLValue]] = []
        var seq = plan.firstSeq
        for new in plan.versions {
            let version = new.version
            rows.append([
                .integer(seq), .integer(new.resource), .integer(Int64(clamping: version.number)),
                .integer(plan.symbols[version.name.type] ?? 0),
                .integer(Int64(version.method.rawValue)),
                .integer(Int64(clamping: version.lastUpdated.milliseconds)),
                .integer(new.scope), .bytes(version.origin),
            ])
            if new.hasBody, let body = version.body {
                bodies.append([
                    .integer(seq),
                    .bytes(try codec.encoded(body, version.name, version.number)),
                ])
            }
            seq += 1
        }
        try session.insert(rows, into: .version)
        try session.insert(bodies, into: .body)
    }

    private static let termTables: [SQLTable] = [.token, .text, .date, .number, .reference]

    private func writeTerms(_ plan: WritePlan, _ session: any SQLSession) throws(IndexError) {
        var rows: [SQLTable: [[SQLValue]]] = [:]
        for name in plan.order {
            guard let entry = plan.entries[name], let terms = entry.terms else { continue }
            if entry.hasTerms {
                for table in Self.termTables {
                    var builder = StatementBuilder(dialect)
                    let id = builder.bind(entry.number)
                    _ = try session.rows(
                        builder.statement("DELETE FROM \(table.name) WHERE resource = \(id)"))
                }
            }
            for term in terms.terms {
                let (table, columns) = plan.row(of: term.value)
                rows[table, default: []].append(
                    [
                        .integer(entry.number), .integer(plan.symbols[term.key] ?? 0),
                        .integer(Int64(term.part)),
                    ] + columns)
            }
        }
        for table in Self.termTables {
            if let rows = rows[table] { try session.insert(rows, into: table) }
        }
    }

    private func writeNotes(_ plan: WritePlan, _ session: any SQLSession) throws(IndexError) {
        for (key, value) in plan.notes {
            var builder = StatementBuilder(dialect)
            let place = builder.bind(key)
            _ = try session.rows(builder.statement("DELETE FROM note WHERE name = \(place)"))
            guard let value else { continue }
            let sealed = try codec.sealed(note: value, Array(key.utf8))
            try session.insert([[.text(key), .bytes(sealed)]], into: .note)
        }
    }
}

extension WritePlan {
    /// The table of a value, and its columns behind resource, parameter and part.
    fileprivate func row(of value: TermValue) -> (SQLTable, [SQLValue]) {
        switch value {
        case .token(let system, let code):
            (.token, [.text(code), .integer(system.flatMap { symbols[$0] } ?? 0)])
        case .text(let folded, let exact): (.text, [.text(folded), .text(exact)])
        case .date(let low, let high): (.date, [.integer(low), .integer(high)])
        case .number(let unit, let low, let high):
            (
                .number,
                [.integer(unit.isEmpty ? 0 : symbols[unit] ?? 0), .real(low), .real(high)]
            )
        case .reference(let name, let version):
            (.reference, [.integer(entries[name]?.number ?? 0), .text(version ?? "")])
        case .external(let url, let version):
            (
                .reference,
                [
                    .integer(entries[ResourceName(type: "", id: url)]?.number ?? 0),
                    .text(version ?? ""),
                ]
            )
        }
    }
}
