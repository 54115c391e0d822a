import FHIRSearch

/// Turns criteria into SQL, in two forms.
///
/// A source lists the resources that meet a criterion, from an index on: good when they are few. A
/// test says it of one resource that is at hand: good when most meet it. Sources may name a
/// resource more than once.
struct CriterionCompiler {
    var builder: StatementBuilder
    let visible: Visibility
    /// The number of a symbol; one that nothing has when it is not known.
    let symbol: (String) -> Int64

    /// The number of a symbol that is nowhere.
    static let unknownSymbol: Int64 = -1

    func numbers(_ keys: [String]) -> [Int64] { keys.map(symbol) }

    // MARK: Sources

    /// A select with the one column `resource`; nil when no index leads to the resources.
    mutating func source(_ criterion: SearchCriterion, types: [String]) -> String? {
        switch criterion {
        case .none, .missing: return nil
        case .some(let keys, let kind, let tests):
            return union(
                TestGroup.groups(of: tests).map { group in
                    let alias = builder.alias("t")
                    let condition = allOf([
                        builder.isOne("\(alias).param", of: numbers(keys)),
                        self.condition(group, alias),
                    ])
                    return "SELECT \(alias).resource AS resource FROM \(kind.table) \(alias) "
                        + "WHERE \(condition)"
                })
        case .composite(let components, let alternatives):
            return union(alternatives.map { composite(components, $0, of: nil) })
        case .id(let ids):
            guard !types.isEmpty else { return nil }
            let places = ids.map { builder.bind($0) }.joined(separator: ", ")
            guard !ids.isEmpty else { return union([]) }
            return "SELECT id AS resource FROM resource WHERE "
                + allOf([builder.isType("type", types), "name IN (\(places))"])
        case .lastUpdated(let tests):
            return union(
                tests.map { test in
                    "SELECT id AS resource FROM resource WHERE " + updated(test, "updated")
                })
        case .link(let keys, let targets, let inner):
            guard let innerSource = source(inner, types: targets) else { return nil }
            let (found, target, term) = (builder.alias("d"), builder.alias("x"), builder.alias("t"))
            return "SELECT \(term).resource AS resource FROM (\(innerSource)) \(found) "
                + "\(builder.dialect.orderedJoin) resource \(target) ON \(target).id = "
                + "\(found).resource \(builder.dialect.orderedJoin) term_reference \(term) ON "
                + "\(term).target = \(target).id AND "
                + builder.isOne("\(term).param", of: numbers(keys)) + " WHERE "
                + isFound(target, targets)
        case .reverseLink(let type, let keys, let inner):
            guard let innerSource = source(inner, types: [type]) else { return nil }
            let (found, origin, term) = (builder.alias("d"), builder.alias("x"), builder.alias("t"))
            return "SELECT \(term).target AS resource FROM (\(innerSource)) \(found) "
                + "\(builder.dialect.orderedJoin) resource \(origin) ON \(origin).id = "
                + "\(found).resource \(builder.dialect.orderedJoin) term_reference \(term) ON "
                + "\(term).resource = \(origin).id AND "
                + builder.isOne("\(term).param", of: numbers(keys)) + " WHERE "
                + isFound(origin, [type])
        case .compartment(let owner, let keys):
            let term = builder.alias("t")
            let refers =
                "SELECT \(term).resource AS resource FROM term_reference \(term) WHERE "
                + allOf([
                    "\(term).target = \(identity(owner))",
                    builder.isOne("\(term).param", of: numbers(keys)),
                ])
            return union([refers, "SELECT \(identity(owner)) AS resource"])
        case .any(let criteria):
            var sources: [String] = []
            for criterion in criteria {
                guard let source = source(criterion, types: types) else { return nil }
                sources.append(source)
            }
            return union(sources)
        }
    }

    private func union(_ sources: [String]) -> String {
        sources.isEmpty
            ? "SELECT id AS resource FROM resource WHERE 1 = 0"
            : sources.joined(separator: " UNION ALL ")
    }

    /// A resource that can be found at all.
    mutating func isFound(_ alias: String, _ types: [String]) -> String {
        allOf([
            "\(alias).state = \(SQLSchema.State.live)", builder.isType("\(alias).type", types),
            builder.visible("\(alias).scope", visible),
        ])
    }

    /// The number of a resource, as a part of a statement.
    mutating func identity(_ name: ResourceName) -> String {
        let (type, id) = (builder.bind(name.type), builder.bind(name.id))
        return "(SELECT id FROM resource WHERE type = \(type) AND name = \(id))"
    }

    // MARK: Tests

    /// Whether the resource of an alias meets a criterion.
    mutating func test(_ criterion: SearchCriterion, of row: String) -> String {
        switch criterion {
        case .some(let keys, let kind, let tests):
            return exists(kind, keys, of: row) { compiler, alias in
                oneOf(TestGroup.groups(of: tests).map { compiler.condition($0, alias) })
            }
        case .none(let keys, let kind, let tests):
            return "NOT " + test(.some(keys: keys, kind, tests), of: row)
        case .missing(let keys, let kind, let isMissing):
            return (isMissing ? "NOT " : "") + exists(kind, keys, of: row) { _, _ in nil }
        case .composite(let components, let alternatives):
            return oneOf(
                alternatives.map {
                    "EXISTS (\(composite(components, $0, of: row))\(builder.dialect.fence))"
                })
        case .id(let ids):
            guard !ids.isEmpty else { return oneOf([]) }
            return "\(row).name IN (\(ids.map { builder.bind($0) }.joined(separator: ", ")))"
        case .lastUpdated(let tests): return oneOf(tests.map { updated($0, "\(row).updated") })
        case .link(let keys, let types, let inner):
            let (term, target) = (builder.alias("t"), builder.alias("x"))
            return "EXISTS (SELECT 1 FROM term_reference \(term) JOIN resource \(target) ON "
                + "\(target).id = \(term).target WHERE "
                + allOf([
                    "\(term).resource = \(row).id",
                    builder.isOne("\(term).param", of: numbers(keys)),
                    isFound(target, types),
                    test(inner, of: target),
                ]) + "\(builder.dialect.fence))"
        case .reverseLink(let type, let keys, let inner):
            let (term, origin) = (builder.alias("t"), builder.alias("x"))
            return "EXISTS (SELECT 1 FROM term_reference \(term) JOIN resource \(origin) ON "
                + "\(origin).id = \(term).resource WHERE "
                + allOf([
                    "\(term).target = \(row).id",
                    builder.isOne("\(term).param", of: numbers(keys)), isFound(origin, [type]),
                    test(inner, of: origin),
                ]) + "\(builder.dialect.fence))"
        case .compartment(let owner, let keys):
            let refers = exists(.reference, keys, of: row) { compiler, alias in
                "\(alias).target = \(compiler.identity(owner))"
            }
            let (type, id) = (builder.bind(owner.type), builder.bind(owner.id))
            return oneOf([refers, "\(row).type = \(type) AND \(row).name = \(id)"])
        case .any(let criteria):
            return oneOf(criteria.map { test($0, of: row) })
        }
    }

    private mutating func exists(
        _ kind: TermKind, _ keys: [String], of row: String,
        _ condition: (inout CriterionCompiler, String) -> String?
    ) -> String {
        let alias = builder.alias("t")
        let conditions = allOf([
            "\(alias).resource = \(row).id",
            builder.isOne("\(alias).param", of: numbers(keys)),
            condition(&self, alias),
        ])
        return "EXISTS (SELECT 1 FROM \(kind.table) \(alias) WHERE \(conditions)"
            + "\(builder.dialect.fence))"
    }

    /// The terms of one part that pass one alternative, of any resource or of one.
    private mutating func composite(
        _ components: [SearchCriterion.Component], _ tests: [TermTest], of row: String?
    ) -> String {
        let aliases = components.map { _ in builder.alias("t") }
        var text = "SELECT \(aliases[0]).resource AS resource FROM "
        var last = ""
        for (place, component) in components.enumerated() {
            let alias = aliases[place]
            let condition = allOf([
                builder.isOne("\(alias).param", of: numbers(component.keys)),
                oneOf(TestGroup.groups(of: [tests[place]]).map { self.condition($0, alias) }),
            ])
            if place == 0 {
                text += "\(component.kind.table) \(alias)"
                last = condition
            } else {
                text +=
                    " \(builder.dialect.orderedJoin) \(component.kind.table) \(alias) ON "
                    + "\(alias).resource = \(aliases[0]).resource AND \(alias).part = "
                    + "\(aliases[0]).part AND \(condition)"
            }
        }
        let own = row.map { "\(aliases[0]).resource = \($0).id AND " } ?? ""
        return text + " WHERE " + own + last
    }
}

extension TermKind {
    /// The table of the kind's terms.
    var table: String {
        switch self {
        case .token: SQLTable.token.name
        case .text: SQLTable.text.name
        case .date: SQLTable.date.name
        case .number: SQLTable.number.name
        case .reference: SQLTable.reference.name
        }
    }
}
