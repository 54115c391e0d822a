import Base
import Encoding
import FHIRDefinitions
import FHIRPath

extension FuzzTarget {
    /// An expression that is read has items or an error on any patient, within its limits, and the
    /// same ones again.
    static let fhirpath = FuzzTarget(
        name: "fhirpath",
        seeds: [
            "Patient.name.where(use = 'official').given.first() & '健'",
            "(1 | 2.50 | @2014-01-31 + 1 month).sort(-$this).aggregate($total & $this, 'x')",
            "birthDate.extension('u').value is string and 4 'g' ~ 4040 'mg'",
            "'a-b'.replaceMatches('(\\\\w)-', '$1').matches('[^x]{1,3}?$') // c",
            "repeat(name).descendants().iif(true, $index, %resource.id).lowBoundary(3)",
        ].map { Array($0.utf8) }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let path = try? CompiledPath(text) else { return false }
        var environment = PathEnvironment(
            table: table, now: Timestamp(milliseconds: 1_795_644_000_000))
        environment.limits = PathLimits(steps: 200_000, itemCount: 5000, textLength: 100_000)
        try? path.check(from: "Patient", in: table, isOrdered: true)
        let first = try? path.evaluate(on: patient, in: environment)
        let second = try? path.evaluate(on: patient, in: environment)
        precondition(first?.map(\.text) == second?.map(\.text), "not the same again")
        return true
    }

    /// XML that is read, or refused within its bounds.
    static let xml = FuzzTarget(
        name: "xml",
        seeds: [
            "<?xml version='1.0'?><a x='&lt;'><!-- c --><b>t&#65;<![CDATA[<]]></b></a>",
            "<Patient xmlns='http://hl7.org/fhir'><name><given value='A'/></name></Patient>",
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let root = try? XMLReader.read(bytes) else { return false }
        precondition((0...bytes.count).contains(root.byteRange.upperBound), "outside")
        let again = try? XMLReader.read(Array(bytes[root.byteRange]))
        precondition(again?.name == root.name, "an element is not read alone")
        _ = try? FHIRXML.json(bytes, table: table)
        return true
    }

    private static let patient = PathNode(resource: [
        "resourceType": "Patient", "id": "a", "birthDate": "1974-12-25",
        "_birthDate": ["extension": [["url": "u", "valueString": "14:35"]]],
        "name": [["use": "official", "given": ["Peter", "James"]], ["given": ["Jim"]]],
    ])

    private static func type(
        _ name: String, _ kind: TypeDefinition.Kind, _ elements: [(String, String, Int?)]
    ) -> TypeDefinition {
        TypeDefinition(
            name: name, url: "http://hl7.org/fhir/StructureDefinition/\(name)", kind: kind,
            isAbstract: false, base: nil, pattern: nil, invariants: [],
            elements: elements.map { path, type, maximum in
                ElementDefinition(
                    path: path, minimum: 0, maximum: maximum, types: [TypeReference(code: type)])
            })
    }

    private static let table = DefinitionTable(
        version: "4.0.1",
        types: [
            type("string", .primitive, []), type("date", .primitive, []),
            type("Element", .complex, [("id", "string", 1), ("extension", "Extension", nil)]),
            type("Extension", .complex, [("url", "string", 1), ("value[x]", "string", 1)]),
            type("HumanName", .complex, [("use", "string", 1), ("given", "string", nil)]),
            type(
                "Patient", .resource,
                [("id", "string", 1), ("birthDate", "date", 1), ("name", "HumanName", nil)]),
        ], searchParameters: [], compartments: [])
}
