import Encoding

extension CodeSystemDefinition {
    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "code system")
        self.init(
            url: try reader.text(), version: try DefinitionTable.optionalText(&reader),
            content: try DefinitionTable.named(&reader, "content"),
            isCaseSensitive: try reader.bool(), concepts: try Self.concepts(&reader))
    }

    private static func concepts(_ reader: inout CBORReader) throws(CBORError) -> [Concept] {
        let start = reader.offset
        let concepts = try reader.list(atMost: DefinitionTable.entryLimit) {
            reader throws(CBORError) in
            try reader.structure(4, "concept")
            return Concept(
                code: try reader.text(), display: try DefinitionTable.optionalText(&reader),
                parents: try reader.list(atMost: DefinitionTable.partLimit) {
                    reader throws(CBORError) in
                    Int(
                        try reader.unsigned(
                            atMost: UInt64(DefinitionTable.entryLimit), field: "parent"))
                }, isAbstract: try reader.bool())
        }
        guard concepts.allSatisfy({ $0.parents.allSatisfy { $0 < concepts.count } }) else {
            throw .outOfRange(offset: start, field: "parent")
        }
        return concepts
    }

    func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.text(url)
        writer.optional(version) { $0.text($1) }
        writer.text(content.rawValue)
        writer.bool(isCaseSensitive)
        writer.list(concepts) { writer, concept in
            writer.array(4)
            writer.text(concept.code)
            writer.optional(concept.display) { $0.text($1) }
            writer.list(concept.parents) { $0.unsigned(UInt64($1)) }
            writer.bool(concept.isAbstract)
        }
    }
}

extension ValueSetDefinition {
    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "value set")
        self.init(
            url: try reader.text(), version: try DefinitionTable.optionalText(&reader),
            name: try DefinitionTable.optionalText(&reader), includes: try Self.parts(&reader),
            excludes: try Self.parts(&reader))
    }

    private static func parts(_ reader: inout CBORReader) throws(CBORError) -> [Part] {
        try reader.list(atMost: DefinitionTable.partLimit) { reader throws(CBORError) in
            try reader.structure(4, "part of a value set")
            return Part(
                system: try DefinitionTable.optionalText(&reader),
                concepts: try reader.list(atMost: DefinitionTable.entryLimit) {
                    reader throws(CBORError) in
                    try reader.structure(2, "code")
                    return Code(try reader.text(), try DefinitionTable.optionalText(&reader))
                },
                filters: try reader.list(atMost: DefinitionTable.partLimit) {
                    reader throws(CBORError) in
                    try reader.structure(3, "filter")
                    return Filter(
                        property: try reader.text(), operation: try reader.text(),
                        value: try reader.text())
                }, valueSets: try DefinitionTable.texts(&reader))
        }
    }

    func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.text(url)
        writer.optional(version) { $0.text($1) }
        writer.optional(name) { $0.text($1) }
        for parts in [includes, excludes] {
            writer.list(parts) { writer, part in
                writer.array(4)
                writer.optional(part.system) { $0.text($1) }
                writer.list(part.concepts) { writer, concept in
                    writer.array(2)
                    writer.text(concept.code)
                    writer.optional(concept.display) { $0.text($1) }
                }
                writer.list(part.filters) { writer, filter in
                    writer.array(3)
                    writer.text(filter.property)
                    writer.text(filter.operation)
                    writer.text(filter.value)
                }
                writer.texts(part.valueSets)
            }
        }
    }
}
