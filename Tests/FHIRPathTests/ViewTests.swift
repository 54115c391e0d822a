import Base
import Encoding
import FHIRPath
import FHIRViews
import Testing

/// Views over a small patient: rows, texts and what is refused.
@Suite("SQL-on-FHIR views")
struct ViewTests {
    private static func view(_ text: String) throws -> ViewDefinition {
        try ViewDefinition(JSONValue(parsing: Array(text.utf8)))
    }

    private static func selecting(_ selections: String, rest: String = "") -> String {
        #"{"resource":"Patient","select":[\#(selections)]\#(rest)}"#
    }

    private static func column(_ name: String, _ path: String, rest: String = "") -> String {
        #"{"name":"\#(name)","path":"\#(path)"\#(rest)}"#
    }

    private static let id = #"{"column":[\#(column("id", "id"))]}"#

    static let samples: [(view: String, lines: [String])] = [
        (selecting(id), [#"{"id":"a"}"#]),
        (
            selecting(#"\#(id),{"forEach":"name","column":[\#(column("use", "use"))]}"#),
            [#"{"id":"a","use":"official"}"#, #"{"id":"a","use":"usual"}"#]
        ),
        (
            selecting(#"{"forEach":"name.where(false)","column":[\#(column("u", "use"))]}"#), []
        ),
        (
            selecting(#"{"forEachOrNull":"name.where(false)","column":[\#(column("u", "use"))]}"#),
            [#"{"u":null}"#]
        ),
        (
            selecting(
                #"{"column":[\#(column("g", "name.given", rest: #","collection":true"#))]}"#),
            [#"{"g":["Peter","James","Jim"]}"#]
        ),
        (
            selecting(
                #"{"unionAll":[{"forEach":"name","column":[\#(column("i", "%rowIndex"))]},"#
                    + #"{"column":[\#(column("i", "'x'"))]}]}"#),
            [#"{"i":0}"#, #"{"i":1}"#, #"{"i":"x"}"#]
        ),
        (
            selecting(
                id,
                rest: #","constant":[{"name":"u","valueCode":"usual"}],"#
                    + #""where":[{"path":"name.use contains %u"}]"#), [#"{"id":"a"}"#]
        ),
        (selecting(id, rest: #","where":[{"path":"active.not()"}]"#), []),
        (selecting(id, rest: #","where":[{"path":"{}"}]"#), []),
    ]

    @Test("resources become rows", arguments: samples)
    func rows(_ sample: (view: String, lines: [String])) throws {
        let view = try Self.view(sample.view)
        let runner = ViewRunner(view, in: SmallTable.environment())
        let patient = try JSONValue(parsing: Array(SmallTable.patient.utf8))
        #expect(try runner.rows(of: patient).map { view.line($0) } == sample.lines)
        let other = try JSONValue(parsing: Array(SmallTable.observation.utf8))
        #expect(try runner.rows(of: other).isEmpty)
    }

    static let unreadable = [
        "{}", "[]", #"{"resource":"Patient"}"#, #"{"resource":"Patient","select":[]}"#,
        selecting("{}"), selecting("1"), selecting(#"{"column":[{"name":"a"}]}"#),
        selecting(#"{"column":[{"name":"1a","path":"id"}]}"#),
        selecting(#"{"column":[{"name":"a;b","path":"id"}]}"#),
        selecting(#"{"column":[{"name":"a","path":"@@"}]}"#), selecting("\(id),\(id)"),
        selecting(#"{"forEach":"name","forEachOrNull":"name","column":[\#(column("a", "id"))]}"#),
        selecting(#"{"forEach":1,"column":[\#(column("a", "id"))]}"#),
        selecting(#"{"unionAll":[\#(id),{"column":[\#(column("b", "id"))]}]}"#),
        selecting(id, rest: #","constant":[{"name":"a"}]"#),
        selecting(#"{"column":[\#(column("a", "id", rest: #","type":1"#))]}"#),
        selecting(#"{"column":[\#(column("a", "id", rest: #","tag":[{"name":"x"}]"#))]}"#),
        selecting(id, rest: #","where":[{}]"#),
        selecting(
            String(repeating: #"{"select":["#, count: 40) + id
                + String(repeating: "]}", count: 40)),
    ]

    @Test("a view that contradicts itself is refused, in two languages", arguments: unreadable)
    func refuses(_ text: String) throws {
        do throws(ViewError) {
            _ = try ViewDefinition(JSONValue(checking: text))
            Issue.record("was read: \(text)")
        } catch {
            #expect(!error.refusal.english.isEmpty && !error.refusal.chinese.isEmpty)
        }
    }

    @Test("several values in a column for one, and a filter that is no truth value, are refused")
    func refusesRows() throws {
        let patient = try JSONValue(parsing: Array(SmallTable.patient.utf8))
        func run(_ text: String) throws -> [ViewRunner.Row] {
            try ViewRunner(Self.view(text), in: SmallTable.environment()).rows(of: patient)
        }
        #expect(throws: ViewError.severalValues(column: "g")) {
            try run(Self.selecting(#"{"column":[\#(Self.column("g", "name.given"))]}"#))
        }
        #expect(throws: ViewError.filter("birthDate")) {
            try run(Self.selecting(Self.id, rest: #","where":[{"path":"birthDate"}]"#))
        }
        #expect(throws: ViewError.path("%none", .unknownVariable("none"))) {
            try run(Self.selecting(#"{"column":[\#(Self.column("g", "%none"))]}"#))
        }
    }

    @Test("rows that multiply are bounded")
    func limit() throws {
        let each = #"{"forEach":"name.given","column":[\#(Self.column("C", "id"))]}"#
        let selections = (0..<12).map { each.replacing("C", with: "c\($0)") }
        let view = try Self.view(Self.selecting(selections.joined(separator: ",")))
        let patient = try JSONValue(parsing: Array(SmallTable.patient.utf8))
        #expect(throws: ViewError.limit) {
            try ViewRunner(view, in: SmallTable.environment()).rows(of: patient)
        }
    }

    static let typed: [(column: String, type: ViewColumnType)] = [
        (#""path":"id""#, .string), (#""path":"active""#, .boolean),
        (#""path":"birthDate""#, .string), (#""path":"name.given.count()""#, .integer),
        (#""path":"active = true""#, .boolean), (#""path":"1.5""#, .decimal),
        (#""path":"%n""#, .integer), (#""path":"%none""#, .string),
        (#""path":"nowhere""#, .string), (#""path":"name.first().family.exists()""#, .boolean),
        (#""path":"id","type":"integer""#, .integer),
        (#""path":"id","type":"http://hl7.org/fhir/StructureDefinition/decimal""#, .decimal),
        (#""path":"id","type":"http://hl7.org/fhirpath/System.Boolean""#, .boolean),
        (#""path":"id","type":"integer64""#, .integer64),
        (#""path":"active","type":"HumanName""#, .string),
        (#""path":"birthDate","tag":[{"name":"ansi/type","value":"date"}]"#, .date),
        (#""path":"active","tag":[{"name":"ansi/type","value":"CHARACTER VARYING"}]"#, .string),
        (#""path":"active","tag":[{"name":"ansi/type","value":"XML"}]"#, .boolean),
        (#""path":"active","tag":[{"name":"other","value":"DATE"}]"#, .boolean),
    ]

    @Test("columns have the types that views declare and definitions give", arguments: typed)
    func columnTypes(_ sample: (column: String, type: ViewColumnType)) throws {
        let view = try Self.view(
            Self.selecting(
                #"{"column":[{"name":"c",\#(sample.column)}]}"#,
                rest: #","constant":[{"name":"n","valueInteger":3}]"#))
        #expect(try view.columnTypes(in: SmallTable.table) == [sample.type])
    }

    @Test("types follow selections, and branches that differ give text")
    func columnTypesWithin() throws {
        let each =
            #"{"forEach":"component","#
            + #""column":[\#(Self.column("q", "value.ofType(Quantity).value"))]}"#
        let branches =
            #"{"unionAll":[{"column":[\#(Self.column("u", "1"))]},"#
            + #"{"column":[\#(Self.column("u", "'x'"))]}]}"#
        let view = try Self.view(
            #"{"resource":"Observation","select":[\#(each),\#(branches)]}"#)
        #expect(try view.columnTypes(in: SmallTable.table) == [.decimal, .string])
        let unknown = try Self.view(
            Self.selecting(#"{"column":[\#(Self.column("c", "id", rest: #","type":"strin""#))]}"#))
        #expect(throws: ViewError.unknownType(column: "c", type: "strin")) {
            try unknown.columnTypes(in: SmallTable.table)
        }
    }

    @Test("CSV quotes what it must, and tells an empty text from none")
    func csv() throws {
        let view = try Self.view(
            Self.selecting(
                #"{"column":[\#(Self.column("a", "id")),\#(Self.column("b", "id"))]}"#))
        #expect(view.csvHeader == "a,b")
        #expect(view.csvLine(["x,\"y\"", .null]) == #""x,""y""","#)
        #expect(view.csvLine(["", 1]) == "\"\",1")
        #expect(view.csvLine([["p", "q"], true]) == #""[""p"",""q""]",true"#)
    }
}

extension JSONValue {
    /// A value from text that is known to be JSON.
    fileprivate init(checking text: String) {
        self = (try? JSONValue(parsing: Array(text.utf8))) ?? .null
    }
}
