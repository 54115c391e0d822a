import Encoding
import FHIRDefinitions
import FHIRPath
import FHIRTerminology
import Testing

/// Membership, expansion and hierarchy on a small table, where every answer is known.
@Suite("Terminology")
struct TerminologyTests {
    private static let animals = CodeSystemDefinition(
        url: "urn:animals", version: "1", content: .complete, isCaseSensitive: false,
        concepts: [
            .init(code: "animal", isAbstract: true),
            .init(code: "dog", display: "Dog", parents: [0]),
            .init(code: "puppy", display: "Young dog", parents: [1]),
            .init(code: "cat", display: "Cat", parents: [0]),
        ])

    private static let table = DefinitionTable(
        version: "4.0.1", types: [], searchParameters: [], compartments: [],
        codeSystems: [
            animals,
            CodeSystemDefinition(
                url: "urn:part", version: nil, content: .fragment, isCaseSensitive: true,
                concepts: [.init(code: "a")]),
        ],
        valueSets: [
            set("urn:all", .init(system: "urn:animals")),
            set("urn:dogs", filter("is-a", "dog")),
            set("urn:puppies", filter("descendent-of", "dog")),
            set("urn:other", filter("is-not-a", "dog")), set("urn:odd", filter("regex", "d.*")),
            set("urn:listed", .init(system: "http://loinc.org", concepts: [.init("1-8", "One")])),
            set("urn:loinc", .init(system: "http://loinc.org")),
            set("urn:fragment", .init(system: "urn:part")),
            set("urn:imports", .init(system: nil, valueSets: ["urn:dogs|1", "urn:all"])),
            ValueSetDefinition(
                url: "urn:without", includes: [.init(system: "urn:animals")],
                excludes: [.init(system: "urn:animals", concepts: [.init("cat")])]),
            set("urn:circle", .init(system: nil, valueSets: ["urn:circle"])),
        ])

    private static func set(_ url: String, _ part: ValueSetDefinition.Part) -> ValueSetDefinition {
        ValueSetDefinition(url: url, includes: [part])
    }

    private static func filter(_ operation: String, _ value: String) -> ValueSetDefinition.Part {
        .init(
            system: "urn:animals",
            filters: [.init(property: "concept", operation: operation, value: value)])
    }

    private let terminology = Terminology(Self.table)

    @Test(
        "a code is in, out, or nobody can say",
        arguments: [
            ("dog", "urn:animals", "urn:all", true), ("DOG", "urn:animals", "urn:all", true),
            ("cow", "urn:animals", "urn:all", false), ("dog", "urn:plants", "urn:all", false),
            ("puppy", "urn:animals|1", "urn:dogs", true), ("dog", nil, "urn:dogs", true),
            ("cat", nil, "urn:dogs", false), ("dog", nil, "urn:puppies", false),
            ("puppy", nil, "urn:puppies", true), ("cat", nil, "urn:other", true),
            ("puppy", nil, "urn:other", false), ("dog", nil, "urn:odd", nil),
            ("1-8", "http://loinc.org", "urn:listed", true),
            ("2-8", "http://loinc.org", "urn:listed", false),
            ("2-8", "http://loinc.org", "urn:loinc", nil), ("a", nil, "urn:fragment", true),
            ("b", nil, "urn:fragment", nil), ("dog", nil, "urn:imports", true),
            ("cat", nil, "urn:imports", false), ("cat", nil, "urn:without", false),
            ("dog", nil, "urn:without", true), ("dog", nil, "urn:nowhere", nil),
            ("dog", nil, "urn:circle", nil),
        ] as [(String, String?, String, Bool?)])
    func membership(_ code: String, _ system: String?, _ valueSet: String, _ expected: Bool?) {
        #expect(
            terminology.validate(code: code, system: system, in: valueSet).truth == expected)
    }

    @Test("codes known by their form")
    func forms() {
        func truth(_ code: String, _ system: String) -> Bool? {
            terminology.validate(code: code, system: system).truth
        }
        #expect(truth("zh-Hans-CN", "urn:ietf:bcp:47") == true)
        #expect(truth("chinese language", "urn:ietf:bcp:47") == false)
        #expect(truth("application/fhir+json; charset=utf-8", "urn:ietf:bcp:13") == true)
        #expect(truth("a/b/c", "urn:ietf:bcp:13") == false)
        #expect(truth("mm[Hg]", "http://unitsofmeasure.org") == true)
        #expect(truth("furlongs", "http://unitsofmeasure.org") == nil)
        #expect(truth("CNY", "urn:iso:std:iso:4217") == nil)
        #expect(truth("yuan", "urn:iso:std:iso:4217") == false)
        #expect(truth("156", "urn:iso:std:iso:3166") == nil)
        #expect(truth("China", "urn:iso:std:iso:3166") == false)
        #expect(truth("73211009", "http://snomed.info/sct") == nil)
    }

    @Test("an expansion is filtered and cut into pages")
    func expansion() throws {
        let all = try terminology.expand("urn:all")
        #expect(all.codes.map(\.code) == ["animal", "dog", "puppy", "cat"])
        #expect(all.codes.map(\.isAbstract) == [true, false, false, false])
        let page = try terminology.expand("urn:all", filter: "DOG", offset: 1, count: 5)
        #expect(page.total == 2)
        #expect(page.codes.map(\.display) == ["Young dog"])
        #expect(try terminology.expand("urn:imports").codes.map(\.code) == ["dog", "puppy"])
        #expect(try terminology.expand("urn:without").codes.count == 3)
        #expect(try terminology.expand("urn:all", offset: -3, count: -1).codes.isEmpty)
    }

    @Test("what cannot be listed is refused")
    func refusals() {
        #expect(throws: TerminologyError.notEnumerable(system: "http://loinc.org")) {
            try terminology.expand("urn:loinc")
        }
        #expect(throws: TerminologyError.notEnumerable(system: "urn:animals")) {
            try terminology.expand("urn:odd")
        }
        #expect(throws: TerminologyError.unknownValueSet("urn:x")) {
            try terminology.expand("urn:x")
        }
        #expect(throws: TerminologyError.tooDeep) { try terminology.expand("urn:circle") }
    }

    @Test("concepts stand above and below each other")
    func hierarchy() {
        #expect(terminology.lookup(system: "urn:animals", code: "puppy")?.display == "Young dog")
        #expect(terminology.subsumes(system: "urn:animals", "animal", "puppy") == .subsumes)
        #expect(terminology.subsumes(system: "urn:animals", "puppy", "animal") == .isSubsumed)
        #expect(terminology.subsumes(system: "urn:animals", "cat", "Cat") == .equivalent)
        #expect(terminology.subsumes(system: "urn:animals", "cat", "dog") == .isNotSubsumed)
        #expect(terminology.subsumes(system: "urn:animals", "cat", "cow") == nil)
    }

    @Test("FHIRPath's memberOf asks the terminology, and is refused without one")
    func memberOf() throws {
        var environment = PathEnvironment(table: Self.table, now: ValidationFixture.now)
        let path = try CompiledPath("'dog'.memberOf('urn:dogs')")
        #expect(throws: PathError.unknownValueSet("urn:dogs")) {
            try path.evaluate(on: [], in: environment)
        }
        let terminology = terminology
        environment.memberOf = { terminology.validate(code: $0, system: $1, in: $2).truth }
        func truth(_ text: String) throws -> [Bool] {
            try CompiledPath(text).evaluate(on: [], in: environment).compactMap { item in
                if case .boolean(let value) = item { value } else { nil }
            }
        }
        #expect(try truth("'dog'.memberOf('urn:dogs')") == [true])
        #expect(try truth("'cat'.memberOf('urn:dogs')") == [false])
        #expect(try truth("'cat'.memberOf('urn:loinc')") == [])
    }

    @Test("profiles, code systems and value sets are read back from the bytes")
    func bytes() throws {
        let profile = ProfileDefinition(
            url: "urn:p", name: "P", type: "Patient",
            rules: [
                .init(
                    id: "name:a", sliceName: "a", minimum: 1, maximum: nil,
                    types: [.init(code: "HumanName")],
                    binding: .init(strength: .required, valueSet: "urn:all"),
                    fixedValue: .init(isPattern: true, json: "{}"),
                    slicing: .init(
                        discriminators: [.init(kind: "value", path: "use")], isClosed: true),
                    invariants: [
                        .init(key: "p-1", isError: false, expression: "true", description: "P.")
                    ])
            ])
        let table = DefinitionTable(
            version: "4.0.1", types: [], searchParameters: [], compartments: [],
            profiles: [profile], codeSystems: Self.table.codeSystems,
            valueSets: Self.table.valueSets)
        let bytes = table.encoded
        let read = try DefinitionTable(decoding: bytes)
        #expect(read.profiles == [profile])
        #expect(read.codeSystems == table.codeSystems)
        #expect(read.valueSets == table.valueSets)
        for count in 0..<bytes.count {
            #expect(throws: CBORError.self) {
                try DefinitionTable(decoding: Array(bytes[..<count]))
            }
        }
    }
}
