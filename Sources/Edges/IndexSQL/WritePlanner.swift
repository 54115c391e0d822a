import Base
import FHIRSearch
import Synchronization

/// Reads what changes need to know, and writes what they mean; only one at a time.
final class WritePlanner: Sendable {
    let dialect: any SQLDialect
    let symbols: SymbolTable
    let codec: BodyCodec
    /// Numbers of resources, which never change once they are written.
    private let names = Mutex<[ResourceName: Int64]>([:])
    private let scopes = Mutex<[[UInt8]: Int64]>([:])

    /// So many names are remembered; then they are read anew.
    private static let nameLimit = 50_000

    init(dialect: any SQLDialect, symbols: SymbolTable, codec: BodyCodec) {
        (self.dialect, self.symbols, self.codec) = (dialect, symbols, codec)
    }

    /// Remembers numbers that are in the database for good.
    func remember(_ plan: WritePlan) {
        names.withLock { names in
            if names.count + plan.entries.count > Self.nameLimit { names = [:] }
            for entry in plan.entries.values { names[entry.name] = entry.number }
        }
        scopes.withLock { scopes in
            if scopes.count > Self.nameLimit { scopes = [:] }
            for scope in plan.newScopes { scopes[scope.label] = scope.number }
        }
        symbols.remember(plan.symbols)
    }

    // MARK: Reading

    func plan(
        _ changes: [IndexChange], _ session: any SQLSession
    ) throws(IndexError) -> WritePlan {
        var plan = WritePlan()
        let needs = ChangeNeeds(changes)
        try findNames(needs, &plan, session)
        let scopes = try findScopes(needs.scopes, &plan, session)
        try plan.apply(changes, scopes: scopes)
        try findSymbols(needs.symbols, &plan, session)
        plan.firstSeq = try next("version", "seq", session)
        return plan
    }

    private func next(
        _ table: String, _ column: String, _ session: any SQLSession
    ) throws(IndexError) -> Int64 {
        let rows = try session.rows(SQLStatement("SELECT max(\(column)) FROM \(table)"))
        return (rows.first?[0].integer ?? 0) + 1
    }

    private func findNames(
        _ needs: ChangeNeeds, _ plan: inout WritePlan, _ session: any SQLSession
    ) throws(IndexError) {
        var numbers = names.withLock { names in
            var found: [ResourceName: Int64] = [:]
            for name in needs.names { found[name] = names[name] }
            return found
        }
        let missing = needs.names.filter { numbers[$0] == nil }
        for chunk in missing.chunks(of: 64) {
            var builder = StatementBuilder(dialect)
            let pairs = chunk.map {
                "SELECT \(builder.bind($0.type)) AS a, \(builder.bind($0.id)) AS b"
            }
            let statement = builder.statement(
                "SELECT r.id, r.type, r.name FROM (\(pairs.joined(separator: " UNION ALL "))) v "
                    + "\(dialect.orderedJoin) resource r ON r.type = v.a AND r.name = v.b")
            for row in try session.rows(statement) {
                numbers[ResourceName(type: row[1].text, id: row[2].text)] = row[0].integer
            }
        }
        var nextNumber = try next("resource", "id", session)
        for name in needs.names {
            let known = numbers[name]
            plan.entries[name] = .init(
                number: known ?? nextNumber, name: name, isNew: known == nil)
            plan.order.append(name)
            if known == nil { nextNumber += 1 }
        }
        let changed = needs.changed.filter { numbers[$0] != nil }
        for chunk in changed.chunks(of: StatementBuilder.listLimit) {
            var builder = StatementBuilder(dialect)
            let isOne = builder.isIn("id", chunk.compactMap { numbers[$0] })
            let statement = builder.statement(
                "SELECT type, name, state, version, updated, scope FROM resource WHERE \(isOne)")
            for row in try session.rows(statement) {
                let name = ResourceName(type: row[0].text, id: row[1].text)
                plan.entries[name]?.state = row[2].integer
                plan.entries[name]?.hasTerms = row[2].integer == SQLSchema.State.live
                plan.entries[name]?.version = row[3].integer
                plan.entries[name]?.updated = row[4].integer
                plan.entries[name]?.scope = row[5].integer
            }
        }
    }

    private func findScopes(
        _ labels: [[UInt8]], _ plan: inout WritePlan, _ session: any SQLSession
    ) throws(IndexError) -> [[UInt8]: Int64] {
        var numbers = scopes.withLock { scopes in
            var found: [[UInt8]: Int64] = [:]
            for label in labels { found[label] = scopes[label] }
            return found
        }
        let missing = labels.filter { numbers[$0] == nil }
        guard !missing.isEmpty else { return numbers }
        for chunk in missing.chunks(of: StatementBuilder.listLimit) {
            var builder = StatementBuilder(dialect)
            let places = chunk.map { builder.bind(.bytes($0)) }.joined(separator: ", ")
            let statement = builder.statement(
                "SELECT id, label FROM scope WHERE label IN (\(places))")
            for row in try session.rows(statement) {
                numbers[row[1].bytes ?? []] = row[0].integer
            }
        }
        var number = try next("scope", "id", session)
        for label in missing where numbers[label] == nil {
            numbers[label] = number
            plan.newScopes.append((label, number))
            number += 1
        }
        return numbers
    }

    private func findSymbols(
        _ texts: Set<String>, _ plan: inout WritePlan, _ session: any SQLSession
    ) throws(IndexError) {
        plan.symbols = try symbols.numbers(texts, session, dialect)
        let missing = texts.filter { plan.symbols[$0] == nil }.sorted()
        guard !missing.isEmpty else { return }
        var number = try next("symbol", "id", session)
        for text in missing {
            plan.symbols[text] = number
            plan.newSymbols.append((text, number))
            number += 1
        }
    }
}

/// What changes refer to.
private struct ChangeNeeds {
    /// All resources, each once, in the order in which they come first.
    private(set) var names: [ResourceName] = []
    /// Those that change themselves.
    private(set) var changed: [ResourceName] = []
    private(set) var scopes: [[UInt8]] = []
    private(set) var symbols: Set<String> = []
    private var knownNames: Set<ResourceName> = []
    private var knownChanged: Set<ResourceName> = []
    private var knownScopes: Set<[UInt8]> = []

    init(_ changes: [IndexChange]) {
        for change in changes {
            switch change {
            case .put(let version, let terms):
                addChanged(version.name)
                symbols.insert(version.name.type)
                if knownScopes.insert(version.scope).inserted { scopes.append(version.scope) }
                for term in terms.terms { add(term) }
            case .erase(let name): addChanged(name)
            case .note: break
            }
        }
    }

    private mutating func addChanged(_ name: ResourceName) {
        add(name)
        if knownChanged.insert(name).inserted { changed.append(name) }
    }

    private mutating func add(_ name: ResourceName) {
        if knownNames.insert(name).inserted { names.append(name) }
    }

    private mutating func add(_ term: IndexTerm) {
        symbols.insert(term.key)
        switch term.value {
        case .token(let system?, _): symbols.insert(system)
        case .number(let unit, _, _) where !unit.isEmpty: symbols.insert(unit)
        case .reference(let name, _): add(name)
        case .external(let url, _): add(ResourceName(type: "", id: url))
        default: break
        }
    }
}
