import Base
import FHIRPath
import Testing

/// Expressions that are refused, and why.
@Suite("FHIRPath refusals")
struct RefusalTests {
    static let unreadable = [
        "", " ", "1 +", "(1", "1)", "a.", ".a", "a..b", "'x", "`x", "@", "@20", "@2015-13-01",
        "@2015-02-30", "@T25", "@T14:34:28Z", "%", "$that", "{", "{1}", "a[", "a[]", "1 2",
        "/* open", "'\\q'", "'\\u12'", "a as", "a is 1", "and", "a, b", "#", "name.exists(,)",
        "1 and", "@2015-02-04T14:34:28+10:0",
    ]

    @Test("a text that is no expression names the place", arguments: unreadable)
    func syntax(_ text: String) {
        do throws(PathError) {
            _ = try CompiledPath(text)
            Issue.record("\(text) was read")
        } catch {
            guard case .syntax(let offset, _) = error else {
                Issue.record("\(text): \(error)")
                return
            }
            #expect((0...text.utf8.count).contains(offset))
            #expect(error.refusal.code == "fhirpath.syntax")
        }
    }

    static let wrong: [(expression: String, error: PathError)] = [
        ("name.nothing()", .unknownFunction("nothing")),
        ("name.first(1)", .argumentCount(function: "first")),
        ("name as Nonsense", .unknownType("Nonsense")),
        ("%nothing", .unknownVariable("nothing")),
        ("name.single()", .notSingle(place: "single()")),
        ("name.given + 'x'", .notSingle(place: "The operator +")),
        ("1 < 'x'", .incompatible(operation: "Comparison")),
        ("'a' - 'b'", .incompatible(operation: "The operator -")),
        ("@2014 + 1 'mo'", .incompatible(operation: "The operator +")),
        ("'x'.skip('y')", .wrongType(place: "skip()", expected: "an integer")),
        ("1.startsWith('1')", .wrongType(place: "startsWith()", expected: "a text")),
        ("'a'.matches('(')", .pattern(offset: 1)),
        ("conformsTo('http://example.org/p')", .unknownProfile("http://example.org/p")),
        ("99999999999999999999999999999999999999999", .numberOutOfRange),
        ("99999999999999999999", .numberOutOfRange),
    ]

    @Test("what has no value says why, in two languages", arguments: wrong)
    func semantics(_ sample: (expression: String, error: PathError)) throws {
        #expect(throws: sample.error) { try SmallTable.texts(sample.expression) }
        let refusal = sample.error.refusal
        #expect(!refusal.english.isEmpty && !refusal.chinese.isEmpty)
    }

    @Test("a choice's JSON name is never an element")
    func choiceName() throws {
        #expect(throws: PathError.unknownElement("valueQuantity")) {
            try SmallTable.texts("Observation.valueQuantity", on: SmallTable.observation)
        }
    }

    @Test("strictly, an element that nothing here can have is refused")
    func strict() throws {
        let node = try SmallTable.node(SmallTable.patient)
        let path = try CompiledPath("name.given1")
        #expect(try path.evaluate(on: node, in: SmallTable.environment()).isEmpty)
        #expect(throws: PathError.unknownElement("given1")) {
            try path.evaluate(on: node, in: SmallTable.environment(strict: true))
        }
    }

    static let checks: [(expression: String, error: PathError?)] = [
        ("name.given", nil), ("Patient.name.where(use = 'usual').given.first()", nil),
        ("name.given1", .unknownElement("given1")),
        ("Observation.value", .unknownElement("Observation")),
        ("name.where(used = 'x')", .unknownElement("used")),
        ("children().first()", .unordered(function: "first()")),
        ("descendants()[0]", .unordered(function: "[ ]")),
        ("(link as HumanName).reference", .unknownElement("reference")),
        ("name.select(given | family).first()", .unordered(function: "first()")),
        ("contained.whatever", nil), ("extension('u').value.unit", nil),
    ]

    @Test("without a value, the types tell whether a path can be", arguments: checks)
    func checker(_ sample: (expression: String, error: PathError?)) throws {
        let path = try CompiledPath(sample.expression)
        var found: PathError?
        do throws(PathError) {
            try path.check(from: "Patient", in: SmallTable.table, isOrdered: true)
        } catch {
            found = error
        }
        #expect(found == sample.error)
    }
}
