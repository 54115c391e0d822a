/// The definitions of FHIR R4: types, search parameters, compartments, profiles and terminology.
///
/// `scripts/fhir_definitions.py` compiles HL7's package into the table's bytes; see
/// ``init(decoding:)``. Looking up takes constant time and allocates nothing.
package struct DefinitionTable: Sendable {
    /// The version of FHIR, such as `4.0.1`.
    package let version: String
    /// All types in the order of their names.
    package let types: [TypeDefinition]
    package let searchParameters: [SearchParameterDefinition]
    package let compartments: [CompartmentDefinition]
    package let profiles: [ProfileDefinition]
    package let codeSystems: [CodeSystemDefinition]
    package let valueSets: [ValueSetDefinition]

    private let typePlaces: [String: Int]
    private let urlPlaces: [String: Int]
    private let containers: [String: ElementContainer]
    private let parameterPlaces: [String: [String: Int]]
    private let parameterURLPlaces: [String: Int]

    package init(
        version: String, types: [TypeDefinition],
        searchParameters: [SearchParameterDefinition], compartments: [CompartmentDefinition],
        profiles: [ProfileDefinition] = [], codeSystems: [CodeSystemDefinition] = [],
        valueSets: [ValueSetDefinition] = []
    ) {
        (self.version, self.types) = (version, types)
        (self.searchParameters, self.compartments) = (searchParameters, compartments)
        (self.profiles, self.codeSystems) = (profiles, codeSystems)
        self.valueSets = valueSets
        typePlaces = Self.places(types.map(\.name))
        urlPlaces = Self.places(types.map(\.url))
        var containers: [String: ElementContainer] = [:]
        for type in types {
            containers[type.name] = ElementContainer()
            for element in type.elements {
                let full = "\(type.name).\(element.path)"
                let parent = String(full[..<(full.lastIndex(of: ".") ?? full.endIndex)])
                containers[parent, default: ElementContainer()].add(element, at: full)
            }
        }
        self.containers = containers
        var places: [String: [String: Int]] = [:]
        for (place, parameter) in searchParameters.enumerated() {
            for base in parameter.bases where places[base]?[parameter.code] == nil {
                places[base, default: [:]][parameter.code] = place
            }
        }
        parameterPlaces = places
        parameterURLPlaces = Self.places(searchParameters.map(\.url))
    }

    private static func places(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// A type by its name.
    package func type(_ name: String) -> TypeDefinition? { typePlaces[name].map { types[$0] } }

    /// A type by the URL of its StructureDefinition.
    package func type(url: String) -> TypeDefinition? { urlPlaces[url].map { types[$0] } }

    /// The search parameter that has a name on exactly this type, not on those that it specialises.
    package func searchParameter(_ code: String, on type: String) -> SearchParameterDefinition? {
        parameterPlaces[type]?[code].map { searchParameters[$0] }
    }

    /// A search parameter by its URL.
    package func searchParameter(url: String) -> SearchParameterDefinition? {
        parameterURLPlaces[url].map { searchParameters[$0] }
    }

    /// Whether a type is another one or specialises it, directly or not.
    package func isType(_ name: String, kindOf other: String) -> Bool {
        var current: String? = name
        // No chain of R4 is longer than five; the bound keeps a wrong table from going in circles.
        for _ in 0..<16 {
            guard let name = current else { return false }
            if name == other { return true }
            current = type(name)?.base
        }
        return false
    }

    /// What stands directly below a type or a path such as `Patient.contact`.
    package func container(_ path: String) -> ElementContainer? { containers[path] }

    /// Where the elements inside a value are defined: its own path for nested structures, else the
    /// path of its content reference or its type.
    package func contentPath(of member: ElementMember) -> String {
        if let reference = member.element.contentReference { return reference }
        return containers[member.path] == nil ? member.type : member.path
    }

    /// The type that values of an element have when it repeats another one's content.
    package func contentType(of reference: String) -> String {
        let path = reference.split(separator: ".")
        guard let name = path.last, path.count > 1,
            let parent = containers[path.dropLast().joined(separator: ".")],
            let member = parent.member(named: String(name)).first
        else { return "BackboneElement" }
        return member.type
    }
}

/// The elements directly below a type or a nested structure.
package struct ElementContainer: Sendable {
    /// Elements in the order of the definition.
    package private(set) var elements: [ElementDefinition] = []
    private var byJSONName: [String: ElementMember] = [:]
    private var byName: [String: [ElementMember]] = [:]

    fileprivate mutating func add(_ element: ElementDefinition, at path: String) {
        elements.append(element)
        let name = element.name
        let types = element.types.isEmpty ? [TypeReference(code: "")] : element.types
        for reference in types {
            let key = element.isChoice ? name + Self.capitalized(reference.code) : name
            let member = ElementMember(
                jsonName: key, path: path, type: reference.code, element: element)
            if byJSONName.updateValue(member, forKey: key) == nil {
                byName[name, default: []].append(member)
            }
        }
    }

    private static func capitalized(_ text: String) -> String {
        (text.first?.uppercased() ?? "") + text.dropFirst()
    }

    /// The element that a member of a JSON object is, such as `valueQuantity`.
    package func member(jsonName: String) -> ElementMember? { byJSONName[jsonName] }

    /// Everything that an element may be in JSON, by the name that FHIRPath uses; a choice has
    /// many, others have one.
    package func member(named name: String) -> [ElementMember] { byName[name] ?? [] }
}

/// An element with one of its types.
package struct ElementMember: Hashable, Sendable {
    /// The name in JSON, such as `valueQuantity`.
    package let jsonName: String
    /// The full path of the definition, such as `Observation.value[x]`.
    package let path: String
    /// The type's name; empty with a content reference.
    package let type: String
    package let element: ElementDefinition
}
