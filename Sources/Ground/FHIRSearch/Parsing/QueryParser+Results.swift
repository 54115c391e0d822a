import FHIRDefinitions

/// Parameters that say how the answer looks.
extension QueryParser {
    mutating func readCount(_ value: String) throws(SearchError) {
        guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .value(parameter: "_count", .count)
        }
        // More digits than a number has are still more than the maximum.
        query.count = min(Int(value) ?? .max, limits.pageMaximum)
    }

    mutating func readElements(_ value: String) throws(SearchError) {
        let names = alternatives(value)
        let isName = names.allSatisfy { name in
            name.utf8.count <= 100
                && name.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                        || (0x61...0x7A).contains($0) || $0 == 0x2E
                }
        }
        guard isName else { throw .value(parameter: "_elements", .elements) }
        query.elements += names
    }

    mutating func readSort(_ value: String) throws(SearchError) {
        var keys: [SortKey] = []
        for part in alternatives(value) {
            let isDescending = part.hasPrefix("-")
            let code = isDescending ? String(part.dropFirst()) : part
            keys.append(SortKey(try sortValue(code), isDescending: isDescending))
        }
        query.sort += keys
        guard query.sort.count <= limits.sortKeys else {
            throw .limit(.sortKeys, maximum: limits.sortKeys)
        }
    }

    private func sortValue(_ code: String) throws(SearchError) -> SortKey.Value {
        switch code {
        case "_id": return .id
        case "_lastUpdated": return .lastUpdated
        default:
            let found: FoundParameter
            do throws(SearchError) {
                found = try lookup.find(code, on: query.types)
            } catch {
                throw .sort(code)
            }
            guard let kind = found.termKind, kind != .reference else { throw .sort(code) }
            return .terms(keys: found.keys, kind)
        }
    }

    mutating func readInclude(_ name: String, _ value: String) throws(SearchError) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        let isIterated = parts.count == 2 && (parts[1] == "iterate" || parts[1] == "recurse")
        guard parts.count == 1 || isIterated, parts[0] == "_include" || parts[0] == "_revinclude"
        else { throw .unknownParameter(name) }
        let isReverse = parts[0] == "_revinclude"
        var rules: [IncludeRule] = []
        for part in alternatives(value) { rules.append(try includeRule(part, isIterated)) }
        if isReverse { query.revincludes += rules } else { query.includes += rules }
        guard query.includes.count + query.revincludes.count <= limits.includes else {
            throw .limit(.includes, maximum: limits.includes)
        }
    }

    private func includeRule(_ text: String, _ isIterated: Bool) throws(SearchError) -> IncludeRule
    {
        guard text != "*" else {
            return IncludeRule(source: nil, keys: nil, target: nil, isIterated: isIterated)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 2 || parts.count == 3, lookup.isResourceType(parts[0]),
            parts.count == 2 || lookup.isResourceType(parts[2])
        else { throw .include(text) }
        let target = parts.count == 3 ? parts[2] : nil
        guard parts[1] != "*" else {
            return IncludeRule(source: parts[0], keys: nil, target: target, isIterated: isIterated)
        }
        guard let definition = lookup.table.searchParameter(parts[1], on: parts[0]),
            definition.kind == .reference
        else { throw .include(text) }
        return IncludeRule(
            source: parts[0], keys: ["\(parts[0]).\(parts[1])"], target: target,
            isIterated: isIterated)
    }
}
