import Encoding
import FHIRPath
import Testing

/// Expressions over a small patient and observation, and what they find.
@Suite("FHIRPath evaluation")
struct EvaluationTests {
    static let patient: [(expression: String, texts: [String])] = [
        ("Patient.name.given", ["Peter", "James", "Jim", ""]),
        ("name.given.hasValue()", ["false"]),
        ("name.where(use = 'usual').given.select(hasValue())", ["true", "false"]),
        ("name.given.id", ["g"]),
        ("birthDate.extension('u').value", ["14:35"]),
        ("birthDate.hasExtension('u')", ["true"]),
        ("birthDate + 1 month", ["1975-01-25"]),
        ("birthDate < today()", ["true"]),
        ("now()", ["2026-11-25T22:00:00.000Z"]),
        ("today() | timeOfDay()", ["2026-11-25", "22:00:00.000"]),
        ("Observation.value", []),
        ("DomainResource.active", ["true"]),
        ("contained.id", ["b"]),
        ("link.resolve().id", ["b"]),
        ("link.reference.getReferenceKey(Patient)", ["other"]),
        ("getResourceKey()", ["a"]),
        ("active.type().namespace | active.type().name", ["FHIR", "boolean"]),
        ("active is boolean and active.is(FHIR.boolean)", ["true"]),
        ("active is System.Boolean", ["false"]),
        ("name.use.first() is string", ["true"]),
        ("name.use.ofType(string)", []),
        ("name.use.ofType(code)", ["official", "usual"]),
        ("%resource.id | %rootResource.id | %context.id", ["a"]),
        ("name.select(given.first()).join('+')", ["Peter+Jim"]),
        ("name.repeat(given).count()", ["4"]),
        ("descendants().where($this is string).count() > 4", ["true"]),
        ("name[1].use", ["usual"]),
        ("name[-1] | name[9]", []),
        ("name.select($index)", ["0", "1"]),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", ["true"]),
    ]

    @Test("finds elements, extensions and types", arguments: patient)
    func elements(_ sample: (expression: String, texts: [String])) throws {
        #expect(try SmallTable.texts(sample.expression) == sample.texts)
    }

    static let observation: [(expression: String, texts: [String])] = [
        ("value.unit", ["lbs"]),
        ("value is Quantity", ["true"]),
        ("value > 180 '[lb_av]'", ["true"]),
        ("value = 185 '[lb_av]'", ["true"]),
        ("value.ofType(Quantity).value", ["185.0"]),
        ("component.value", ["x"]),
        ("repeat(component).count()", ["2"]),
        ("component.component.value.code", ["g"]),
    ]

    @Test("finds choices by one name, and repeated content", arguments: observation)
    func choices(_ sample: (expression: String, texts: [String])) throws {
        #expect(
            try SmallTable.texts(sample.expression, on: SmallTable.observation) == sample.texts)
    }

    static let values: [(expression: String, texts: [String])] = [
        ("1 + 2 * 3", ["7"]), ("(1 + 2) * 3", ["9"]), ("-7 div 2", ["-3"]), ("-7 mod 2", ["-1"]),
        ("7 / 2", ["3.5"]), ("1 / 0", []), ("9223372036854775807 + 1", []),
        ("0.1 + 0.2 = 0.3", ["true"]), ("1.10 = 1.1", ["true"]), ("1.50.toString()", ["1.50"]),
        ("true and {}", []), ("false and {}", ["false"]), ("{} or true", ["true"]),
        ("{} implies false", []), ("true xor {}", []),
        ("'a' & {} & 'b'", ["ab"]), ("{} = {}", []), ("{} ~ {}", ["true"]),
        ("(1 | 2 | 2).count()", ["2"]), ("1.combine(1).count()", ["2"]),
        ("(3 | 1 | 2).sort()", ["1", "2", "3"]), ("(3 | 1 | 2).sort(-$this)", ["3", "2", "1"]),
        ("(1|2|3).aggregate($this + $total, 0)", ["6"]), ("(4 | 1 | 7).min()", ["1"]),
        ("(1 | 2).avg()", ["1.5"]), ("iif(false, 1)", []), ("iif({}, 1, 2)", ["2"]),
        ("'abc'.substring(1, 1)", ["b"]), ("'健康链'.length()", ["3"]),
        ("'健康链'.indexOf('链')", ["2"]), ("'a,b'.split(',')", ["a", "b"]),
        ("'abc'.replace('', '-')", ["-a-b-c-"]), ("' x '.trim()", ["x"]),
        ("'a' in ('a' | 'b')", ["true"]), ("('a' | 'b') contains 'c'", ["false"]),
        ("16.log(2)", ["4"]), ("2.sqrt()", ["1.41421356"]), ("0.exp()", ["1"]),
        ("(-1).sqrt()", []), ("3.14159.round(3)", ["3.142"]), ("(-1.5).ceiling()", ["-1"]),
        ("2.power(-1)", ["0.5"]), ("'1 day'.toQuantity() = 24 hours", ["true"]),
        ("'x'.toInteger()", []), ("'2015-02-30'.convertsToDate()", ["false"]),
        ("1.587.lowBoundary()", ["1.58650000"]), ("@2014.highBoundary(6)", ["2014-12"]),
        ("'<a>'.escape('html')", ["&lt;a&gt;"]), ("'6869'.decode('hex')", ["hi"]),
    ]

    @Test("computes with values", arguments: values)
    func computes(_ sample: (expression: String, texts: [String])) throws {
        #expect(try SmallTable.texts(sample.expression) == sample.texts)
    }

    @Test("a resolver that is given finds what references lead to")
    func resolver() throws {
        var environment = SmallTable.environment()
        environment.resolve = {
            $0 == "Patient/other" ? ["resourceType": "Patient", "id": "o"] : nil
        }
        let found = try CompiledPath("link.resolve().id")
            .evaluate(on: SmallTable.node(SmallTable.patient), in: environment)
        #expect(found.map(\.text) == ["b", "o"])
    }

    @Test("as() takes from many only where R4's rules are evaluated")
    func castsMany() throws {
        let path = try CompiledPath("name.given.as(string)")
        let node = try SmallTable.node(SmallTable.patient)
        #expect(throws: PathError.notSingle(place: "as()")) {
            try path.evaluate(on: node, in: SmallTable.environment())
        }
        var environment = SmallTable.environment()
        environment.castsMany = true
        #expect(try path.evaluate(on: node, in: environment).count == 4)
    }
}
