import FHIRSearch

/// Finds what is included with the matches of a page.
struct IncludeSearch {
    let dialect: any SQLDialect
    let query: SearchQuery
    let visible: Visibility
    let numbers: [String: Int64]

    /// Numbers of the included resources, without those that they start from.
    func run(
        from matches: [(number: Int64, type: String)], _ session: any SQLSession
    ) throws(IndexError) -> [Int64] {
        var known = Set(matches.map(\.number))
        var found: [Int64] = []
        var sources = matches
        for round in 0..<SearchLimits.includeRounds where !sources.isEmpty {
            var next: [(number: Int64, type: String)] = []
            for (rule, isReverse) in rules where round == 0 || rule.isIterated {
                let type = isReverse ? rule.target : rule.source
                let starts = sources.filter { type == nil || type == $0.type }.map(\.number)
                for chunk in starts.chunks(of: StatementBuilder.listLimit) {
                    let limit = SearchLimits.includedMaximum + known.count + 1
                    let statement = statement(rule, isReverse, Array(chunk), limit)
                    for row in try session.rows(statement)
                    where known.insert(row[0].integer).inserted {
                        next.append((row[0].integer, row[1].text))
                    }
                }
            }
            found += next.map(\.number)
            guard found.count <= SearchLimits.includedMaximum else { throw .limit("included") }
            sources = next
        }
        return found
    }

    private var rules: [(IncludeRule, isReverse: Bool)] {
        query.includes.map { ($0, false) } + query.revincludes.map { ($0, true) }
    }

    private func statement(
        _ rule: IncludeRule, _ isReverse: Bool, _ starts: [Int64], _ limit: Int
    ) -> SQLStatement {
        var builder = StatementBuilder(dialect)
        let (from, to) = isReverse ? ("target", "resource") : ("resource", "target")
        let type = isReverse ? rule.source : rule.target
        let conditions = allOf([
            builder.isIn("t.\(from)", starts),
            rule.keys.map { keys in
                builder.isOne(
                    "t.param", of: keys.map { numbers[$0] ?? CriterionCompiler.unknownSymbol })
            },
            "x.state = \(SQLSchema.State.live)",
            type.flatMap { builder.isType("x.type", [$0]) },
            builder.visible("x.scope", visible),
        ])
        return builder.statement(
            "SELECT DISTINCT x.id, x.type FROM term_reference t \(dialect.orderedJoin) resource x "
                + "ON x.id = t.\(to) WHERE \(conditions) LIMIT \(limit)")
    }
}
