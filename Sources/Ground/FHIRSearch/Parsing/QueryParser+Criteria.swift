import Base
import FHIRDefinitions

/// Parameters that say what must hold.
extension QueryParser {
    /// Reads one parameter, of a chain the rest of it; `types` are those that it is about.
    func criterion(
        _ name: String, _ value: String, types: [String], depth: Int
    ) throws(SearchError) -> SearchCriterion {
        guard depth <= limits.chainDepth else {
            throw .limit(.chainDepth, maximum: limits.chainDepth)
        }
        if name.hasPrefix("_has:") { return try reverse(name, value, types, depth) }
        if let (head, rest) = SearchText.cut(name, at: ".") {
            return try chain(head, rest, value, types, depth)
        }
        let (code, modifier): (String, String?) =
            SearchText.cut(name, at: ":").map { ($0, $1) } ?? (name, nil)
        switch code {
        case "_id":
            guard modifier == nil else {
                throw .modifier(parameter: code, modifier: modifier ?? "")
            }
            return .id(alternatives(value))
        case "_lastUpdated":
            guard modifier == nil else {
                throw .modifier(parameter: code, modifier: modifier ?? "")
            }
            var tests: [RangeTest<Int64>] = []
            for text in alternatives(value) { tests.append(try dateTest(text, code)) }
            return .lastUpdated(tests)
        default:
            return try plain(try lookup.find(code, on: types), modifier, value)
        }
    }

    // MARK: Chains

    private func chain(
        _ head: String, _ rest: String, _ value: String, _ types: [String], _ depth: Int
    ) throws(SearchError) -> SearchCriterion {
        let (code, wanted): (String, String?) =
            SearchText.cut(head, at: ":").map { ($0, $1) } ?? (head, nil)
        let found = try lookup.find(code, on: types)
        guard found.kind == .reference else { throw .chain(parameter: code) }
        if let wanted {
            guard lookup.isResourceType(wanted) else {
                throw .modifier(parameter: code, modifier: wanted)
            }
            let inner = try criterion(rest, value, types: [wanted], depth: depth + 1)
            return .link(keys: found.keys, types: [wanted], inner)
        }
        // Without a type, all types count that have the rest; they may have it as other kinds.
        var links: [(types: [String], SearchCriterion)] = []
        var reason = SearchError.chain(parameter: code)
        for type in found.targets {
            do throws(SearchError) {
                let inner = try criterion(rest, value, types: [type], depth: depth + 1)
                if let place = links.firstIndex(where: { $0.1 == inner }) {
                    links[place].types.append(type)
                } else {
                    links.append(([type], inner))
                }
            } catch {
                guard error.isIgnorable || isChain(error) else { throw error }
                reason = error
            }
        }
        guard !links.isEmpty else { throw reason }
        let criteria = links.map { SearchCriterion.link(keys: found.keys, types: $0.types, $0.1) }
        return criteria.count == 1 ? criteria[0] : .any(criteria)
    }

    private func isChain(_ error: SearchError) -> Bool {
        if case .chain = error { return true }
        return false
    }

    /// `_has:Observation:patient:code`: what refers here.
    private func reverse(
        _ name: String, _ value: String, _ types: [String], _ depth: Int
    ) throws(SearchError) -> SearchCriterion {
        let parts = name.split(
            separator: ":", maxSplits: 3, omittingEmptySubsequences: false
        ).map { String($0) }
        guard parts.count == 4, lookup.isResourceType(parts[1]) else {
            throw .chain(parameter: name)
        }
        let found = try lookup.find(parts[2], on: [parts[1]])
        guard found.kind == .reference else { throw .chain(parameter: parts[2]) }
        let inner = try criterion(parts[3], value, types: [parts[1]], depth: depth + 1)
        return .reverseLink(type: parts[1], keys: found.keys, inner)
    }

    // MARK: One parameter

    private func plain(
        _ found: FoundParameter, _ modifier: String?, _ value: String
    ) throws(SearchError) -> SearchCriterion {
        if modifier == "missing" { return try missing(found, value) }
        if found.kind == .composite {
            guard modifier == nil else {
                throw .modifier(parameter: found.code, modifier: modifier ?? "")
            }
            return try composite(found, value)
        }
        guard let kind = found.termKind else { throw .unsupportedParameter(found.code) }
        if let modifier { return try modified(found, kind, modifier, value) }
        var tests: [TermTest] = []
        for text in rawAlternatives(value) {
            tests.append(
                try test(text, found.kind, targets: found.targets, parameter: found.code))
        }
        return .some(keys: found.keys, kind, tests)
    }

    private func missing(
        _ found: FoundParameter, _ value: String
    ) throws(SearchError) -> SearchCriterion {
        guard value == "true" || value == "false" else {
            throw .value(parameter: found.code, .boolean)
        }
        guard let component = found.components.first else {
            guard let kind = found.termKind else { throw .unsupportedParameter(found.code) }
            return .missing(keys: found.keys, kind, value == "true")
        }
        guard let kind = FoundParameter.termKind(of: component.kind) else {
            throw .unsupportedParameter(found.code)
        }
        return .missing(keys: component.keys, kind, value == "true")
    }

    private func composite(
        _ found: FoundParameter, _ value: String
    ) throws(SearchError) -> SearchCriterion {
        var components: [SearchCriterion.Component] = []
        for component in found.components {
            guard let kind = FoundParameter.termKind(of: component.kind) else {
                throw .unsupportedParameter(found.code)
            }
            components.append(.init(keys: component.keys, kind: kind))
        }
        var alternatives: [[TermTest]] = []
        for text in rawAlternatives(value) {
            let parts = SearchText.split(text, at: "$")
            guard parts.count == components.count else {
                throw .value(parameter: found.code, .composite)
            }
            var tests: [TermTest] = []
            for (part, component) in zip(parts, found.components) {
                tests.append(
                    try test(
                        part, component.kind, targets: component.targets, parameter: found.code))
            }
            alternatives.append(tests)
        }
        return .composite(components, alternatives: alternatives)
    }
}
