package import Encoding

extension DefinitionTable {
    /// Appends the table; invariants stand once, in the order of their first use.
    package func encode(to writer: inout CBORWriter) {
        var places = InvariantPlaces()
        for type in types {
            places.add(type.invariants)
            for element in type.elements { places.add(element.invariants) }
        }
        for profile in profiles {
            for rule in profile.rules { places.add(rule.invariants) }
        }
        writer.array(9)
        writer.unsigned(2)
        writer.text(version)
        writer.list(places.all) { writer, invariant in
            writer.array(4)
            writer.text(invariant.key)
            writer.text(invariant.isError ? "error" : "warning")
            writer.optional(invariant.expression) { $0.text($1) }
            writer.text(invariant.description)
        }
        writer.list(types) { $1.encode(to: &$0, places) }
        writer.list(searchParameters) { $1.encode(to: &$0) }
        writer.list(compartments) { writer, compartment in
            writer.array(2)
            writer.text(compartment.code)
            writer.list(compartment.members) { writer, member in
                writer.array(2)
                writer.text(member.resource)
                writer.texts(member.parameters)
            }
        }
        writer.list(profiles) { $1.encode(to: &$0, places) }
        writer.list(codeSystems) { $1.encode(to: &$0) }
        writer.list(valueSets) { $1.encode(to: &$0) }
    }
}

/// Each invariant with its place in the table.
struct InvariantPlaces {
    private(set) var all: [Invariant] = []
    private var places: [Invariant: UInt64] = [:]

    mutating func add(_ invariants: [Invariant]) {
        for invariant in invariants where places[invariant] == nil {
            places[invariant] = UInt64(all.count)
            all.append(invariant)
        }
    }

    subscript(_ invariant: Invariant) -> UInt64 { places[invariant] ?? 0 }
}

extension TypeDefinition {
    fileprivate func encode(to writer: inout CBORWriter, _ places: InvariantPlaces) {
        writer.array(8)
        writer.text(name)
        writer.text(url)
        writer.unsigned(kind.rawValue)
        writer.bool(isAbstract)
        writer.optional(base) { $0.text($1) }
        writer.optional(pattern) { $0.text($1) }
        writer.list(invariants) { $0.unsigned(places[$1]) }
        writer.list(elements) { $1.encode(to: &$0, places) }
    }
}

extension ElementDefinition {
    fileprivate func encode(to writer: inout CBORWriter, _ places: InvariantPlaces) {
        writer.array(11)
        writer.text(path)
        writer.unsigned(UInt64(minimum))
        writer.optional(maximum) { $0.unsigned(UInt64($1)) }
        writer.types(types)
        writer.optional(contentReference) { $0.text($1) }
        writer.binding(binding)
        writer.fixedValue(fixedValue)
        writer.list(invariants) { $0.unsigned(places[$1]) }
        writer.bool(isModifier)
        writer.bool(isSummary)
        writer.bool(isAttribute)
    }
}

extension SearchParameterDefinition {
    fileprivate func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.text(url)
        writer.text(code)
        writer.text(kind.rawValue)
        writer.texts(bases)
        writer.optional(expression) { $0.text($1) }
        writer.texts(targets)
        writer.list(components) { writer, component in
            writer.array(2)
            writer.text(component.definition)
            writer.text(component.expression)
        }
    }
}

extension CBORWriter {
    mutating func texts(_ texts: [String]) { list(texts) { $0.text($1) } }

    mutating func types(_ types: [TypeReference]) {
        list(types) { writer, type in
            writer.array(3)
            writer.text(type.code)
            writer.texts(type.profiles)
            writer.texts(type.targets)
        }
    }

    mutating func binding(_ binding: Binding?) {
        optional(binding) { writer, binding in
            writer.array(2)
            writer.text(binding.strength.rawValue)
            writer.optional(binding.valueSet) { $0.text($1) }
        }
    }

    mutating func fixedValue(_ value: FixedValue?) {
        optional(value) { writer, value in
            writer.array(2)
            writer.bool(value.isPattern)
            writer.text(value.json)
        }
    }
}
