package import Base

/// A resource with all that criteria look at.
package struct SearchedResource: Sendable {
    package let name: ResourceName
    package let lastUpdated: Timestamp
    package let terms: IndexTerms

    package init(name: ResourceName, lastUpdated: Timestamp, terms: IndexTerms) {
        (self.name, self.lastUpdated, self.terms) = (name, lastUpdated, terms)
    }
}

/// The other resources, for criteria that follow references; only visible ones.
protocol SearchedWorld {
    func resource(_ name: ResourceName) -> SearchedResource?
    func resources(of type: String) -> [SearchedResource]
}

extension SearchQuery {
    /// Whether a resource alone meets the query; nil when that depends on others.
    package func matches(_ resource: SearchedResource) -> Bool? {
        guard types.isEmpty || types.contains(resource.name.type) else { return false }
        guard !criteria.contains(where: \.followsReferences) else { return nil }
        return criteria.allSatisfy { $0.holds(of: resource, in: NoWorld()) }
    }
}

private struct NoWorld: SearchedWorld {
    func resource(_ name: ResourceName) -> SearchedResource? { nil }
    func resources(of type: String) -> [SearchedResource] { [] }
}

extension SearchCriterion {
    /// True when other resources decide.
    var followsReferences: Bool {
        switch self {
        case .link, .reverseLink: true
        case .any(let criteria): criteria.contains(where: \.followsReferences)
        default: false
        }
    }

    /// Whether a resource meets this.
    func holds(of resource: SearchedResource, in world: some SearchedWorld) -> Bool {
        let terms = resource.terms.terms
        switch self {
        case .some(let keys, _, let tests):
            return terms.contains { Self.passes($0, keys, tests) }
        case .none(let keys, _, let tests):
            return !terms.contains { Self.passes($0, keys, tests) }
        case .missing(let keys, let kind, let isMissing):
            return isMissing
                != terms.contains { keys.contains($0.key) && $0.value.kind == kind }
        case .composite(let components, let alternatives):
            return alternatives.contains { tests in
                terms.contains { first in
                    // Each part has a term of the first component, so that all are tried.
                    zip(components, tests).allSatisfy { component, test in
                        terms.contains {
                            $0.part == first.part && Self.passes($0, component.keys, [test])
                        }
                    }
                }
            }
        case .id(let ids): return ids.contains(resource.name.id)
        case .lastUpdated(let tests):
            let time = Int64(clamping: resource.lastUpdated.milliseconds)
            return tests.contains { $0.passes(time, time + 1) }
        case .link(let keys, let types, let inner):
            return terms.contains { term in
                guard keys.contains(term.key), case .reference(let name, _) = term.value,
                    types.contains(name.type), let target = world.resource(name)
                else { return false }
                return inner.holds(of: target, in: world)
            }
        case .reverseLink(let type, let keys, let inner):
            return world.resources(of: type).contains { source in
                source.terms.refers(to: resource.name, by: keys)
                    && inner.holds(of: source, in: world)
            }
        case .compartment(let owner, let keys):
            return resource.name == owner || resource.terms.refers(to: owner, by: keys)
        case .any(let criteria):
            return criteria.contains { $0.holds(of: resource, in: world) }
        }
    }

    private static func passes(_ term: IndexTerm, _ keys: [String], _ tests: [TermTest]) -> Bool {
        keys.contains(term.key) && tests.contains { $0.passes(term.value) }
    }
}

extension IndexTerms {
    /// Whether a reference under one of the keys, or any, leads to a resource.
    func refers(to name: ResourceName, by keys: [String]?) -> Bool {
        terms.contains { term in
            guard case .reference(name, _) = term.value else { return false }
            return keys?.contains(term.key) ?? true
        }
    }
}
