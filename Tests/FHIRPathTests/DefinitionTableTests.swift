import Base
import Encoding
import FHIRDefinitions
import FHIRPath
import System
import Testing

/// The compact table of definitions: lookups, its bytes, and what is refused.
@Suite("FHIR definitions")
struct DefinitionTableTests {
    private let table = SmallTable.table

    @Test("types are found by name and URL, with what they specialise")
    func types() {
        #expect(table.type("Patient")?.kind == .resource)
        #expect(table.type(url: "http://hl7.org/fhir/StructureDefinition/code")?.name == "code")
        #expect(table.type("patient") == nil)
        #expect(table.isType("Patient", kindOf: "Resource"))
        #expect(table.isType("code", kindOf: "string"))
        #expect(!table.isType("string", kindOf: "code"))
    }

    @Test("elements are found by either name")
    func elements() throws {
        let container = try #require(table.container("Observation"))
        #expect(container.member(jsonName: "valueQuantity")?.type == "Quantity")
        #expect(
            container.member(named: "value").map(\.jsonName)
                == ["valueQuantity", "valueString", "valueInteger"])
        let inner = try #require(
            table.container("Observation.component")?.member(named: "component").first)
        #expect(table.contentPath(of: inner) == "Observation.component")
        #expect(table.contentType(of: "Observation.component") == "BackboneElement")
    }

    @Test("the bytes are read back, and every cut or longer text is refused")
    func bytes() throws {
        let bytes = table.encoded
        let read = try DefinitionTable(decoding: bytes)
        #expect(read.types == table.types)
        #expect(read.searchParameters == table.searchParameters)
        #expect(read.compartments == table.compartments)
        #expect(read.encoded == bytes)
        for count in 0..<bytes.count {
            #expect(throws: CBORError.self) {
                try DefinitionTable(decoding: Array(bytes[..<count]))
            }
        }
        #expect(throws: CBORError.trailingBytes(offset: bytes.count)) {
            try DefinitionTable(decoding: bytes + [0])
        }
        var other = bytes
        other[1] = 1
        #expect(throws: CBORError.outOfRange(offset: 1, field: "format version")) {
            try DefinitionTable(decoding: other)
        }
    }

    @Test("the example of the format's page is read as it says")
    func example() throws {
        let page = try String(
            decoding: FileSystem.read(Self.page, limit: 1 << 20), as: UTF8.self)
        let lines = page.split(separator: "\n").drop { $0 != "## Example" }
            .filter { $0.hasPrefix("    ") }
        let hex = lines.map { line in
            line.dropFirst(4).split(separator: " ").prefix { $0.allSatisfy(\.isHexDigit) }
                .joined()
        }.joined()
        let table = try DefinitionTable(decoding: #require(Hex.decode(hex)))
        #expect(
            table.valueSets == [
                ValueSetDefinition(
                    url: "urn:v", includes: [.init(system: "urn:s", concepts: [.init("a")])])
            ])
    }

    private static let page: String = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/docs/formats/fhir-definitions.md"
    }()

    @Test(
        "the installed table is R4's, and FHIRPath reads all its rules",
        .enabled(if: InstalledTable.isPresent, InstalledTable.absence))
    func installed() throws {
        let bytes = try FileSystem.read(InstalledTable.path, limit: 64 << 20)
        let table = try DefinitionTable(decoding: bytes)
        #expect(table.version == "4.0.1")
        #expect(table.encoded == bytes)
        #expect(table.types.count { $0.kind == .resource && !$0.isAbstract } == 146)
        #expect(table.profiles.count == 437)
        #expect(table.codeSystems.count == 1062)
        #expect(table.valueSets.count == 1316)
        #expect(
            table.compartments.map(\.code)
                == ["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"])
        for type in table.types {
            let invariants = type.invariants + type.elements.flatMap(\.invariants)
            for invariant in invariants {
                guard let expression = invariant.expression else { continue }
                #expect(throws: Never.self, "\(invariant.key)") { try CompiledPath(expression) }
            }
        }
        for rule in table.profiles.flatMap(\.rules).flatMap(\.invariants) {
            guard let expression = rule.expression else { continue }
            #expect(throws: Never.self, "\(rule.key)") { try CompiledPath(expression) }
        }
        for parameter in table.searchParameters {
            guard let expression = parameter.expression else { continue }
            #expect(throws: Never.self, "\(parameter.url)") { try CompiledPath(expression) }
        }
    }
}

/// The table that `make setup` compiles.
enum InstalledTable {
    static let path: String = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/.build/share/kanglian/fhir-r4.cbor"
    }()

    static var isPresent: Bool { FileSystem.exists(path) }
    static let absence: Comment = "make setup compiles the definitions into .build/share"

    static func load() throws -> DefinitionTable {
        try DefinitionTable(decoding: FileSystem.read(path, limit: 64 << 20))
    }
}
