package import Encoding

extension DefinitionTable: CBORCodable {
    /// The format that this reader knows.
    private static let formatVersion: UInt64 = 2
    /// Most of each kind in one table; R4 has 1,390 search parameters and 1,316 value sets.
    static let entryLimit = 100_000
    /// Most elements of a type, types of an element and the like.
    static let partLimit = 10_000

    /// Reads what ``encode(to:)`` writes, and nothing else.
    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(9, "definition table")
        let start = reader.offset
        guard try reader.unsigned() == Self.formatVersion else {
            throw .outOfRange(offset: start, field: "format version")
        }
        let version = try reader.text()
        let invariants = try reader.list(atMost: Self.entryLimit, Self.invariant)
        let types = try reader.list(atMost: Self.entryLimit) {
            reader throws(CBORError) in try Self.type(&reader, invariants)
        }
        let parameters = try reader.list(atMost: Self.entryLimit, Self.parameter)
        let compartments = try reader.list(atMost: Self.entryLimit, Self.compartment)
        let profiles = try reader.list(atMost: Self.entryLimit) { reader throws(CBORError) in
            try Self.profile(&reader, invariants)
        }
        self.init(
            version: version, types: types, searchParameters: parameters,
            compartments: compartments, profiles: profiles,
            codeSystems: try reader.list(atMost: Self.entryLimit, CodeSystemDefinition.init),
            valueSets: try reader.list(atMost: Self.entryLimit, ValueSetDefinition.init))
    }

    // MARK: Reading

    static func texts(_ reader: inout CBORReader) throws(CBORError) -> [String] {
        try reader.list(atMost: partLimit) { reader throws(CBORError) in try reader.text() }
    }

    static func optionalText(_ reader: inout CBORReader) throws(CBORError) -> String? {
        try reader.optional { reader throws(CBORError) in try reader.text() }
    }

    static func named<Value: RawRepresentable<String>>(
        _ reader: inout CBORReader, _ field: String
    ) throws(CBORError) -> Value {
        let start = reader.offset
        guard let value = Value(rawValue: try reader.text()) else {
            throw .outOfRange(offset: start, field: field)
        }
        return value
    }

    private static func invariant(_ reader: inout CBORReader) throws(CBORError) -> Invariant {
        try reader.structure(4, "invariant")
        let key = try reader.text()
        let severity: Severity = try named(&reader, "severity")
        return Invariant(
            key: key, isError: severity == .error, expression: try optionalText(&reader),
            description: try reader.text())
    }

    private enum Severity: String { case error, warning }

    static func invariants(
        _ reader: inout CBORReader, _ all: [Invariant]
    ) throws(CBORError) -> [Invariant] {
        try reader.list(atMost: partLimit) { reader throws(CBORError) in
            let start = reader.offset
            let place = try reader.unsigned()
            guard place < UInt64(all.count) else {
                throw .outOfRange(offset: start, field: "place of an invariant")
            }
            return all[Int(place)]
        }
    }

    private static func type(
        _ reader: inout CBORReader, _ all: [Invariant]
    ) throws(CBORError) -> TypeDefinition {
        try reader.structure(8, "type")
        let (name, url) = (try reader.text(), try reader.text())
        let start = reader.offset
        guard let kind = TypeDefinition.Kind(rawValue: try reader.unsigned()) else {
            throw .outOfRange(offset: start, field: "kind of type")
        }
        return TypeDefinition(
            name: name, url: url, kind: kind, isAbstract: try reader.bool(),
            base: try optionalText(&reader), pattern: try optionalText(&reader),
            invariants: try invariants(&reader, all),
            elements: try reader.list(atMost: partLimit) { reader throws(CBORError) in
                try element(&reader, all)
            })
    }

    private static func element(
        _ reader: inout CBORReader, _ all: [Invariant]
    ) throws(CBORError) -> ElementDefinition {
        try reader.structure(11, "element")
        let path = try reader.text()
        let (minimum, maximum) = try cardinality(&reader)
        return ElementDefinition(
            path: path, minimum: minimum, maximum: maximum, types: try types(&reader),
            contentReference: try optionalText(&reader), binding: try binding(&reader),
            fixedValue: try fixedValue(&reader), invariants: try invariants(&reader, all),
            isModifier: try reader.bool(),
            isSummary: try reader.bool(), isAttribute: try reader.bool())
    }

    static func cardinality(
        _ reader: inout CBORReader
    ) throws(CBORError) -> (minimum: Int, maximum: Int?) {
        let limit = UInt64(UInt32.max)
        let minimum = try reader.unsigned(atMost: limit, field: "minimum")
        let maximum = try reader.optional { reader throws(CBORError) in
            Int(try reader.unsigned(atMost: limit, field: "maximum"))
        }
        return (Int(minimum), maximum)
    }

    static func types(_ reader: inout CBORReader) throws(CBORError) -> [TypeReference] {
        try reader.list(atMost: partLimit) { reader throws(CBORError) in
            try reader.structure(3, "type of an element")
            return TypeReference(
                code: try reader.text(), profiles: try texts(&reader), targets: try texts(&reader))
        }
    }

    static func binding(_ reader: inout CBORReader) throws(CBORError) -> Binding? {
        try reader.optional { reader throws(CBORError) in
            try reader.structure(2, "binding")
            return Binding(
                strength: try named(&reader, "strength"), valueSet: try optionalText(&reader))
        }
    }

    static func fixedValue(_ reader: inout CBORReader) throws(CBORError) -> FixedValue? {
        try reader.optional { reader throws(CBORError) in
            try reader.structure(2, "fixed value")
            return FixedValue(isPattern: try reader.bool(), json: try reader.text())
        }
    }

    private static func parameter(
        _ reader: inout CBORReader
    ) throws(CBORError) -> SearchParameterDefinition {
        try reader.structure(7, "search parameter")
        return SearchParameterDefinition(
            url: try reader.text(), code: try reader.text(), kind: try named(&reader, "kind"),
            bases: try texts(&reader), expression: try optionalText(&reader),
            targets: try texts(&reader),
            components: try reader.list(atMost: partLimit) { reader throws(CBORError) in
                try reader.structure(2, "component")
                return .init(definition: try reader.text(), expression: try reader.text())
            })
    }

    private static func compartment(
        _ reader: inout CBORReader
    ) throws(CBORError) -> CompartmentDefinition {
        try reader.structure(2, "compartment")
        return CompartmentDefinition(
            code: try reader.text(),
            members: try reader.list(atMost: partLimit) { reader throws(CBORError) in
                try reader.structure(2, "compartment's member")
                return .init(resource: try reader.text(), parameters: try texts(&reader))
            })
    }
}
