import Base

/// One search over everything.
struct ScanSearch: SearchedWorld {
    let state: ScanState
    let request: SearchRequest

    private var query: SearchQuery { request.query }

    /// All that can be found, by type and id.
    private var everything: [SearchedResource] {
        state.versions.keys.sorted().compactMap { resource($0) }
    }

    func resource(_ name: ResourceName) -> SearchedResource? {
        state.found(name, request.visible).map {
            SearchedResource(
                name: name, lastUpdated: $0.lastUpdated,
                terms: state.terms[name] ?? IndexTerms())
        }
    }

    func resources(of type: String) -> [SearchedResource] {
        everything.filter { $0.name.type == type }
    }

    func page() throws(IndexError) -> SearchPage {
        let after = try request.after.map { mark throws(IndexError) in
            guard let position = PagePosition(mark, for: query.sort) else {
                throw .pageMark
            }
            return position
        }
        let all = everything.filter { resource in
            (query.types.isEmpty || query.types.contains(resource.name.type))
                && query.criteria.allSatisfy { $0.holds(of: resource, in: self) }
        }
        let total = query.wantsTotal ? all.count : nil
        guard query.summary != .count else {
            return SearchPage(matches: [], included: [], total: total, next: nil)
        }
        let ordered = all.map(position).sorted { $0.precedes($1, in: query.sort) }
        let rest = ordered.filter { after?.precedes($0, in: query.sort) ?? true }
        let page = rest.prefix(query.count)
        let matches = page.map(\.name)
        return SearchPage(
            matches: versions(matches), included: versions(try included(with: matches)),
            total: total, next: rest.count > page.count ? page.last?.mark : nil)
    }

    private func position(_ resource: SearchedResource) -> PagePosition {
        PagePosition(
            values: query.sort.map {
                $0.value(
                    name: resource.name, lastUpdated: resource.lastUpdated, terms: resource.terms)
            }, name: resource.name)
    }

    private func versions(_ names: [ResourceName]) -> [StoredVersion] {
        names.compactMap { state.found($0, request.visible) }
    }

    // MARK: Includes

    private func included(with matches: [ResourceName]) throws(IndexError) -> [ResourceName] {
        var known = Set(matches)
        var (sources, found) = (matches, Set<ResourceName>())
        for round in 0..<SearchLimits.includeRounds where !sources.isEmpty {
            var next: Set<ResourceName> = []
            for rule in query.includes where round == 0 || rule.isIterated {
                for source in sources { next.formUnion(targets(of: source, rule)) }
            }
            for rule in query.revincludes where round == 0 || rule.isIterated {
                for source in sources { next.formUnion(referrers(to: source, rule)) }
            }
            next.subtract(known)
            known.formUnion(next)
            found.formUnion(next)
            guard found.count <= SearchLimits.includedMaximum else { throw .limit("included") }
            sources = next.sorted()
        }
        return found.sorted()
    }

    private func targets(of name: ResourceName, _ rule: IncludeRule) -> [ResourceName] {
        guard rule.source == nil || rule.source == name.type else { return [] }
        return (resource(name)?.terms.terms ?? []).compactMap { term in
            guard case .reference(let target, _) = term.value,
                rule.keys?.contains(term.key) ?? true,
                rule.target == nil || rule.target == target.type,
                resource(target) != nil
            else { return nil }
            return target
        }
    }

    private func referrers(to name: ResourceName, _ rule: IncludeRule) -> [ResourceName] {
        guard rule.target == nil || rule.target == name.type else { return [] }
        let sources = rule.source.map { resources(of: $0) } ?? everything
        return sources.filter { $0.terms.refers(to: name, by: rule.keys) }.map(\.name)
    }
}
