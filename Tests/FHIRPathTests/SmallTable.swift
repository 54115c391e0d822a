import Base
import Encoding
import FHIRDefinitions
import FHIRPath

/// A handful of types, so that most tests need no installed definitions.
enum SmallTable {
    private static func element(
        _ path: String, _ types: String..., maximum: Int? = 1, reference: String? = nil
    ) -> ElementDefinition {
        ElementDefinition(
            path: path, minimum: 0, maximum: maximum, types: types.map { TypeReference(code: $0) },
            contentReference: reference, isAttribute: path == "url")
    }

    private static func type(
        _ name: String, _ kind: TypeDefinition.Kind, base: String?, isAbstract: Bool = false,
        _ elements: [ElementDefinition] = []
    ) -> TypeDefinition {
        TypeDefinition(
            name: name, url: "http://hl7.org/fhir/StructureDefinition/\(name)", kind: kind,
            isAbstract: isAbstract, base: base, pattern: nil,
            invariants: [
                Invariant(key: "ele-1", isError: true, expression: "true", description: "A rule.")
            ],
            elements: [element("id", "string"), element("extension", "Extension", maximum: nil)]
                + elements)
    }

    static let table = DefinitionTable(
        version: "4.0.1",
        types: [
            type("Element", .complex, base: nil, isAbstract: true),
            type("BackboneElement", .complex, base: "Element", isAbstract: true),
            type("Resource", .resource, base: nil, isAbstract: true),
            type("DomainResource", .resource, base: "Resource", isAbstract: true),
            type("string", .primitive, base: "Element"), type("uri", .primitive, base: "Element"),
            type("code", .primitive, base: "string"), type("boolean", .primitive, base: "Element"),
            type("date", .primitive, base: "Element"), type("decimal", .primitive, base: "Element"),
            type("integer", .primitive, base: "Element"),
            type(
                "Extension", .complex, base: "Element",
                [element("url", "uri"), element("value[x]", "string", "Quantity")]),
            type(
                "Quantity", .complex, base: "Element",
                [
                    element("value", "decimal"), element("unit", "string"),
                    element("code", "code"),
                ]),
            type(
                "HumanName", .complex, base: "Element",
                [
                    element("use", "code"), element("family", "string"),
                    element("given", "string", maximum: nil),
                ]),
            type("Reference", .complex, base: "Element", [element("reference", "string")]),
            type(
                "Patient", .resource, base: "DomainResource",
                [
                    element("contained", "Resource", maximum: nil), element("active", "boolean"),
                    element("name", "HumanName", maximum: nil), element("birthDate", "date"),
                    element("link", "Reference", maximum: nil),
                ]),
            type(
                "Observation", .resource, base: "DomainResource",
                [
                    element("value[x]", "Quantity", "string", "integer"),
                    element("component", "BackboneElement", maximum: nil),
                    element("component.value[x]", "Quantity", "string"),
                    element(
                        "component.component", maximum: nil, reference: "Observation.component"),
                ]),
        ],
        searchParameters: [
            SearchParameterDefinition(
                url: "http://hl7.org/fhir/SearchParameter/individual-birthdate", code: "birthdate",
                kind: .date, bases: ["Patient"], expression: "Patient.birthDate")
        ],
        compartments: [
            CompartmentDefinition(
                code: "Patient", members: [.init(resource: "Observation", parameters: ["subject"])])
        ])

    static let patient = """
        {"resourceType":"Patient","id":"a","contained":[{"resourceType":"Patient","id":"b"}],
        "active":true,"name":[{"use":"official","family":"Chalmers","given":["Peter","James"]},
        {"use":"usual","given":["Jim",null],"_given":[null,{"id":"g"}]}],
        "birthDate":"1974-12-25","_birthDate":{"extension":[{"url":"u","valueString":"14:35"}]},
        "link":[{"reference":"#b"},{"reference":"Patient/other"}]}
        """

    static let observation = """
        {"resourceType":"Observation","valueQuantity":{"value":185.0,"unit":"lbs","code":"[lb_av]"},
        "component":[{"valueString":"x","component":[{"valueQuantity":{"value":1,"code":"g"}}]}]}
        """

    /// 2026-11-25T22:00:00Z.
    static let now = Timestamp(milliseconds: 1_795_644_000_000)

    static func environment(strict: Bool = false) -> PathEnvironment {
        var environment = PathEnvironment(table: table, now: now)
        environment.isStrict = strict
        return environment
    }

    static func node(_ text: String) throws -> PathNode {
        PathNode(resource: try JSONValue(parsing: Array(text.utf8)))
    }

    /// The texts of what an expression finds; elements without text as JSON.
    static func texts(_ expression: String, on text: String = patient) throws -> [String] {
        try CompiledPath(expression).evaluate(on: node(text), in: environment())
            .map { $0.text ?? $0.json?.text() ?? "" }
    }
}
