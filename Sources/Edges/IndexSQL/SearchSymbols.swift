import FHIRSearch

extension SearchQuery {
    /// All texts of which the numbers are needed.
    var symbols: Set<String> {
        var symbols: Set<String> = []
        for criterion in criteria { criterion.collect(&symbols) }
        for key in sort {
            if case .terms(let keys, _) = key.value { symbols.formUnion(keys) }
        }
        for rule in includes + revincludes { symbols.formUnion(rule.keys ?? []) }
        return symbols
    }
}

extension SearchCriterion {
    fileprivate func collect(_ symbols: inout Set<String>) {
        switch self {
        case .some(let keys, _, let tests), .none(let keys, _, let tests):
            symbols.formUnion(keys)
            for test in tests { test.collect(&symbols) }
        case .missing(let keys, _, _), .compartment(_, let keys): symbols.formUnion(keys)
        case .composite(let components, let alternatives):
            for component in components { symbols.formUnion(component.keys) }
            for test in alternatives.joined() { test.collect(&symbols) }
        case .id, .lastUpdated: break
        case .link(let keys, _, let inner), .reverseLink(_, let keys, let inner):
            symbols.formUnion(keys)
            inner.collect(&symbols)
        case .any(let criteria): for criterion in criteria { criterion.collect(&symbols) }
        }
    }
}

extension TermTest {
    fileprivate func collect(_ symbols: inout Set<String>) {
        switch self {
        case .token(.exactly(let system), _): symbols.insert(system)
        case .number(let unit, _) where !unit.isEmpty: symbols.insert(unit)
        default: break
        }
    }
}
