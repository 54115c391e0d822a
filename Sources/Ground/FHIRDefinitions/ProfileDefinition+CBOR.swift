import Encoding

extension DefinitionTable {
    static func profile(
        _ reader: inout CBORReader, _ all: [Invariant]
    ) throws(CBORError) -> ProfileDefinition {
        try reader.structure(4, "profile")
        return ProfileDefinition(
            url: try reader.text(), name: try reader.text(), type: try reader.text(),
            rules: try reader.list(atMost: partLimit) { reader throws(CBORError) in
                try rule(&reader, all)
            })
    }

    private static func rule(
        _ reader: inout CBORReader, _ all: [Invariant]
    ) throws(CBORError) -> ProfileDefinition.Rule {
        try reader.structure(9, "rule of a profile")
        let (id, sliceName) = (try reader.text(), try optionalText(&reader))
        let (minimum, maximum) = try cardinality(&reader)
        return ProfileDefinition.Rule(
            id: id, sliceName: sliceName, minimum: minimum, maximum: maximum,
            types: try types(&reader), binding: try binding(&reader),
            fixedValue: try fixedValue(&reader), slicing: try reader.optional(slicing),
            invariants: try invariants(&reader, all))
    }

    private static func slicing(
        _ reader: inout CBORReader
    ) throws(CBORError) -> ProfileDefinition.Slicing {
        try reader.structure(2, "slicing")
        return ProfileDefinition.Slicing(
            discriminators: try reader.list(atMost: partLimit) { reader throws(CBORError) in
                try reader.structure(2, "discriminator")
                return .init(kind: try reader.text(), path: try reader.text())
            }, isClosed: try reader.bool())
    }
}

extension ProfileDefinition {
    func encode(to writer: inout CBORWriter, _ places: InvariantPlaces) {
        writer.array(4)
        writer.text(url)
        writer.text(name)
        writer.text(type)
        writer.list(rules) { writer, rule in
            writer.array(9)
            writer.text(rule.id)
            writer.optional(rule.sliceName) { $0.text($1) }
            writer.unsigned(UInt64(rule.minimum))
            writer.optional(rule.maximum) { $0.unsigned(UInt64($1)) }
            writer.types(rule.types)
            writer.binding(rule.binding)
            writer.fixedValue(rule.fixedValue)
            writer.optional(rule.slicing) { writer, slicing in
                writer.array(2)
                writer.list(slicing.discriminators) { writer, discriminator in
                    writer.array(2)
                    writer.text(discriminator.kind)
                    writer.text(discriminator.path)
                }
                writer.bool(slicing.isClosed)
            }
            writer.list(rule.invariants) { $0.unsigned(places[$1]) }
        }
    }
}
