import FHIRDefinitions

/// A code system with its codes at hand.
struct CodeDirectory: Sendable {
    let system: CodeSystemDefinition
    private let places: [String: Int]

    init(_ system: CodeSystemDefinition) {
        self.system = system
        places = Dictionary(
            system.concepts.enumerated().map { place, concept in
                (system.isCaseSensitive ? concept.code : concept.code.lowercased(), place)
            }
        ) { first, _ in first }
    }

    func place(_ code: String) -> Int? {
        places[system.isCaseSensitive ? code : code.lowercased()]
    }

    func concept(_ code: String) -> CodeSystemDefinition.Concept? {
        place(code).map { system.concepts[$0] }
    }

    /// Whether a concept is below another one, directly or not.
    func `is`(_ place: Int, below other: Int) -> Bool {
        var (next, seen) = (system.concepts[place].parents, Set<Int>())
        while let parent = next.popLast() {
            if parent == other { return true }
            if seen.insert(parent).inserted { next += system.concepts[parent].parents }
        }
        return false
    }

    /// Whether a concept meets a filter; unknown for filters by other properties.
    func verdict(_ place: Int, on filter: ValueSetDefinition.Filter) -> CodeVerdict {
        guard filter.property == "concept" || filter.property == "code" else { return .unknown }
        let display = system.concepts[place].display
        let other = self.place(filter.value)
        let isBelow = other.map { self.is(place, below: $0) } ?? false
        let isSame = other == place
        let isMet: Bool
        switch filter.operation {
        case "is-a": isMet = isSame || isBelow
        case "descendent-of": isMet = isBelow
        case "is-not-a": isMet = !isSame && !isBelow
        case "=": isMet = isSame
        case "in", "not-in":
            let codes = filter.value.split(separator: ",")
            let isListed = codes.contains { self.place(String($0)) == place }
            isMet = isListed == (filter.operation == "in")
        default: return .unknown
        }
        return isMet ? .isIn(display: display) : .isOut
    }
}
