package import FHIRDefinitions

extension SearchQuery {
    /// Reads the parameters of a search (FHIR R4 §3.1.1).
    ///
    /// A lenient search keeps what it does not know in ``ignored``; a strict one refuses it. Values
    /// and modifiers that are wrong are refused by both. `_format` and `_pretty` are skipped.
    ///
    /// - Parameters:
    ///   - type: the type that is searched; nil for all, or those of `_type`.
    ///   - compartment: the owner of the compartment that is searched.
    ///   - base: the server's URL without a slash at the end, for absolute references.
    package init(
        parsing parameters: [(name: String, value: String)], type: String?,
        compartment: ResourceName? = nil, table: DefinitionTable, base: String, strict: Bool,
        limits: SearchLimits = .standard, terminology: SearchTerminology = .none
    ) throws(SearchError) {
        var parser = QueryParser(
            table: table, base: base, isStrict: strict, limits: limits, terminology: terminology)
        try parser.read(parameters, type: type, compartment: compartment)
        self = parser.query
    }
}

/// Reads the parameters of one search.
struct QueryParser {
    let lookup: ParameterLookup
    let base: String
    let isStrict: Bool
    let limits: SearchLimits
    let terminology: SearchTerminology
    var query = SearchQuery()

    init(
        table: DefinitionTable, base: String, isStrict: Bool, limits: SearchLimits,
        terminology: SearchTerminology
    ) {
        (lookup, self.base) = (ParameterLookup(table: table), base)
        (self.isStrict, self.limits, self.terminology) = (isStrict, limits, terminology)
        query.count = limits.pageDefault
    }

    /// What only says how the answer is written.
    private static let skipped: Set<String> = ["_format", "_pretty"]

    mutating func read(
        _ parameters: [(name: String, value: String)], type: String?, compartment: ResourceName?
    ) throws(SearchError) {
        guard parameters.count <= limits.parameters else {
            throw .limit(.parameters, maximum: limits.parameters)
        }
        for (_, value) in parameters where value.utf8.count > limits.valueBytes {
            throw .limit(.valueBytes, maximum: limits.valueBytes)
        }
        try readTypes(parameters, type)
        if let compartment { try readCompartment(compartment, type) }
        for (name, value) in parameters where !Self.skipped.contains(name) {
            let text = SearchParameterText(name: name, value: value)
            // An empty value is no condition.
            guard !value.isEmpty else { continue }
            do throws(SearchError) {
                try read(name, value, type)
                query.selfParameters.append(text)
            } catch {
                guard !isStrict, error.isIgnorable else { throw error }
                query.ignored.append(IgnoredParameter(parameter: text, reason: error))
            }
        }
        if query.count == 0 { query.summary = .count }
    }

    private mutating func readTypes(
        _ parameters: [(name: String, value: String)], _ type: String?
    ) throws(SearchError) {
        if let type {
            guard lookup.isResourceType(type) else { throw .unknownType(type) }
            query.types = [type]
            return
        }
        for (name, value) in parameters where name == "_type" && !value.isEmpty {
            let names = alternatives(value)
            for name in names where !lookup.isResourceType(name) { throw .unknownType(name) }
            query.types = Set(query.types + names).sorted()
        }
    }

    private mutating func readCompartment(
        _ owner: ResourceName, _ type: String?
    ) throws(SearchError) {
        let table = lookup.table
        guard let definition = table.compartments.first(where: { $0.code == owner.type }) else {
            throw .unknownType(owner.type)
        }
        var keys: [String] = []
        var types: [String] = []
        for member in definition.members {
            guard query.types.isEmpty || query.types.contains(member.resource) else { continue }
            let known = member.parameters.filter {
                table.searchParameter($0, on: member.resource)?.kind == .reference
            }
            guard !known.isEmpty || member.resource == owner.type else { continue }
            keys += known.map { "\(member.resource).\($0)" }
            types.append(member.resource)
        }
        if type == owner.type || query.types.isEmpty || query.types.contains(owner.type) {
            types.append(owner.type)
        }
        guard !types.isEmpty else {
            throw .compartment(
                type: type ?? query.types.joined(separator: ","), compartment: owner.type)
        }
        query.types = Set(types).sorted()
        query.criteria.append(.compartment(owner, keys: Set(keys).sorted()))
    }

    private mutating func read(
        _ name: String, _ value: String, _ type: String?
    ) throws(SearchError) {
        switch name {
        case "_type":
            guard type == nil else { throw .unknownParameter(name) }
        case "_sort": try readSort(value)
        case "_count": try readCount(value)
        case "_total":
            guard let mode = TotalMode(rawValue: value) else {
                throw .value(parameter: name, .total)
            }
            query.total = mode
        case "_summary":
            guard let mode = SummaryMode(rawValue: value) else {
                throw .value(parameter: name, .summary)
            }
            query.summary = mode
        case "_elements": try readElements(value)
        case "_contained":
            guard value == "false" else { throw .unsupportedParameter(name) }
        case "_containedType": throw .unsupportedParameter(name)
        default:
            if name.hasPrefix("_include") || name.hasPrefix("_revinclude") {
                try readInclude(name, value)
            } else {
                query.criteria.append(
                    try criterion(name, value, types: query.types, depth: 0))
                // Databases bound what one statement may hold.
                let count = query.criteria.reduce(0) { $0 + $1.alternativeCount }
                guard count <= limits.alternatives else {
                    throw .limit(.alternatives, maximum: limits.alternatives)
                }
            }
        }
    }

    /// The values between commas, escapes resolved.
    func alternatives(_ value: String) -> [String] {
        rawAlternatives(value).map { SearchText.unescaped($0) }
    }

    /// The values between commas as they stand; empty ones say nothing.
    func rawAlternatives(_ value: String) -> [String] {
        SearchText.split(value, at: ",").filter { !$0.isEmpty }
    }
}

extension SearchError {
    /// True for what a lenient search leaves out.
    var isIgnorable: Bool {
        switch self {
        case .unknownParameter, .unsupportedParameter, .include, .sort: true
        default: false
        }
    }
}
