import Base
import FHIRSearch

/// Turns a query into the statements that answer it.
struct QueryCompiler {
    let dialect: any SQLDialect
    let query: SearchQuery
    let visible: Visibility
    let symbol: (String) -> Int64

    /// How many resources a source may name so that the search starts from it when all pages are
    /// not asked for; with more, walking all of the type in order ends soon.
    static let sourceLimit: Int64 = 5000
    /// How many visible scopes make a source of their own.
    private static let scopeLimit = 64

    private var compiler: CriterionCompiler {
        CriterionCompiler(builder: StatementBuilder(dialect), visible: visible, symbol: symbol)
    }

    /// What a search can start from: a criterion by its place, or the visible scopes.
    enum Start: Hashable {
        case criterion(Int)
        case scopes
    }

    /// Whether counting a start may pass over many more rows than it counts.
    func isDear(_ start: Start) -> Bool {
        guard case .criterion(let place) = start else { return false }
        return query.criteria[place].breadth >= .range
    }

    /// What a search may start from, first what mostly names few resources.
    var starts: [Start] {
        let places = query.criteria.indices.sorted {
            (query.criteria[$0].breadth, $0) < (query.criteria[$1].breadth, $1)
        }
        return places.map { .criterion($0) } + [.scopes]
    }

    /// Counts what a start names, up to a limit; nil when it has no source.
    func counting(_ start: Start, upTo limit: Int64) -> SQLStatement? {
        var compiler = compiler
        guard let source = source(start, &compiler) else { return nil }
        let place = compiler.builder.bind(limit)
        return compiler.builder.statement(
            "SELECT count(*) FROM (SELECT 1 FROM (\(source)) s LIMIT \(place)) n")
    }

    private func source(_ start: Start, _ compiler: inout CriterionCompiler) -> String? {
        switch start {
        case .criterion(let place):
            return compiler.source(query.criteria[place], types: query.types)
        case .scopes:
            guard case .scopes(let numbers) = visible, numbers.count <= Self.scopeLimit else {
                return nil
            }
            return "SELECT id AS resource FROM resource WHERE "
                + allOf([
                    compiler.builder.isIn("scope", numbers),
                    compiler.builder.isType("type", query.types),
                ])
        }
    }

    // MARK: Matches

    /// The matches from a start on, or from all of the types on without one.
    private func matches(
        _ start: Start?, columns: String, _ compiler: inout CriterionCompiler
    ) -> String {
        let from: String
        if let start, let source = source(start, &compiler) {
            from =
                "(SELECT DISTINCT resource FROM (\(source)) s) d "
                + "\(dialect.orderedJoin) resource r ON r.id = d.resource"
        } else {
            from = "resource r"
        }
        var conditions = [compiler.isFound("r", query.types)]
        for (place, criterion) in query.criteria.enumerated() where start != .criterion(place) {
            conditions.append(compiler.test(criterion, of: "r"))
        }
        return "SELECT \(columns) FROM \(from) WHERE \(allOf(conditions))"
    }

    /// How many match.
    func total(from start: Start?) -> SQLStatement {
        var compiler = compiler
        let matches = matches(start, columns: "count(*)", &compiler)
        return compiler.builder.statement(matches)
    }

    /// One page, and one match more to know whether there is another: number, type, id, and the
    /// values of the order.
    func page(from start: Start?, after: PagePosition?) -> SQLStatement {
        var compiler = compiler
        guard !query.sort.isEmpty else {
            var text = matches(start, columns: "r.id, r.type, r.name", &compiler)
            if let after { text += " AND " + isBehind(after.name, "r", &compiler.builder) }
            text += " ORDER BY r.type, r.name LIMIT \(query.count + 1)"
            return compiler.builder.statement(text)
        }
        var columns = "r.id, r.type, r.name"
        for (place, key) in query.sort.enumerated() {
            columns += ", \(value(of: key, compiler)) AS k\(place)"
        }
        let inner = matches(start, columns: columns, &compiler)
        var text = "SELECT * FROM (\(inner)\(dialect.barrier)) s"
        if let after { text += " WHERE " + isBehind(after, 0, &compiler.builder) }
        let order = query.sort.enumerated().map { place, key in
            "(k\(place) IS NULL), k\(place)\(key.isDescending ? " DESC" : "")"
        }
        text += " ORDER BY \(order.joined(separator: ", ")), type, name LIMIT \(query.count + 1)"
        return compiler.builder.statement(text)
    }

    private func value(of key: SortKey, _ compiler: CriterionCompiler) -> String {
        switch key.value {
        case .id: return "substr(r.name, 1, \(SearchLimits.sortBytes))"
        case .lastUpdated: return "r.updated"
        case .terms(let keys, let kind):
            let (column, isBytes): (String, Bool) =
                switch kind {
                case .token: ("code", true)
                case .text: ("folded", true)
                case .date, .number, .reference: (key.isDescending ? "high" : "low", false)
                }
            let conditions = allOf([
                "t.resource = r.id", compiler.builder.isOne("t.param", of: compiler.numbers(keys)),
                kind == .number ? "t.unit = 0" : nil,
            ])
            let terms = "FROM \(kind.table) t WHERE \(conditions)"
            guard isBytes else {
                // Unlike an order, this sorts nothing.
                return "(SELECT \(key.isDescending ? "max" : "min")(t.\(column)) \(terms))"
            }
            let direction = key.isDescending ? " DESC" : ""
            return "(SELECT substr(t.\(column), 1, \(SearchLimits.sortBytes)) \(terms) "
                + "ORDER BY t.\(column)\(direction) LIMIT 1)"
        }
    }

    // MARK: Behind a position

    private func isBehind(
        _ name: ResourceName, _ alias: String, _ builder: inout StatementBuilder
    ) -> String {
        let id = builder.bind(name.id)
        if query.types.count == 1, query.types[0] == name.type { return "\(alias).name > \(id)" }
        let type = builder.bind(name.type)
        return "(\(alias).type > \(type) OR (\(alias).type = \(type) AND \(alias).name > \(id)))"
    }

    /// Values before this place are the same as the position's.
    private func isBehind(
        _ position: PagePosition, _ place: Int, _ builder: inout StatementBuilder
    ) -> String {
        guard place < query.sort.count else { return isBehind(position.name, "s", &builder) }
        let column = "s.k\(place)"
        guard let value = position.values[place] else {
            return "(\(column) IS NULL AND " + isBehind(position, place + 1, &builder) + ")"
        }
        let bound = builder.bind(value.sql)
        let sign = query.sort[place].isDescending ? "<" : ">"
        return "(\(column) \(sign) \(bound) OR \(column) IS NULL OR (\(column) = \(bound) AND "
            + isBehind(position, place + 1, &builder) + "))"
    }
}

extension SortValue {
    var sql: SQLValue {
        switch self {
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .bytes(let bytes): .bytes(bytes)
        }
    }

    /// The value of a column; nil for null.
    init?(_ value: SQLValue) {
        switch value {
        case .integer(let value): self = .integer(value)
        case .real(let value): self = .real(value)
        case .bytes(let bytes): self = .bytes(bytes)
        case .null, .integers: return nil
        }
    }
}

/// How many resources a criterion mostly names, as ranks.
private enum Breadth: Int, Comparable {
    case one, reference, words, token, link
    /// Found by looking at all values on one side.
    case range
    case other

    static func < (left: Breadth, right: Breadth) -> Bool { left.rawValue < right.rawValue }
}

extension SearchCriterion {
    fileprivate var breadth: Breadth {
        switch self {
        case .id: .one
        case .compartment, .some(_, .reference, _): .reference
        case .some(_, .text, _), .composite: .words
        case .some(_, .token, _): .token
        case .link, .reverseLink: .link
        case .some(_, .date, _), .some(_, .number, _), .lastUpdated: .range
        case .any, .none, .missing: .other
        }
    }
}
