import Base
import Encoding
import FHIRSearch
import Testing

/// Parameters that are read, left out, or refused.
@Suite(
    "Search parameters", .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct SearchParserTests {
    private func error(
        _ text: String, _ type: String? = "Patient", compartment: ResourceName? = nil
    ) -> SearchError? {
        do throws(SearchError) {
            _ = try InstalledDefinitions.query(text, type, compartment: compartment)
            return nil
        } catch {
            return error
        }
    }

    @Test("a lenient search keeps what it leaves out, a strict one refuses it")
    func lenient() throws {
        let text =
            "gender=male&colour=red&_text=x&_sort=colour,_id&_include=Patient:colour&_count=7"
        let query = try InstalledDefinitions.query(text, "Patient", strict: false)
        #expect(
            query.ignored.map(\.reason) == [
                .unknownParameter("colour"), .unsupportedParameter("_text"), .sort("colour"),
                .include("Patient:colour"),
            ])
        #expect(
            query.selfParameters.map { "\($0.name)=\($0.value)" } == ["gender=male", "_count=7"])
        #expect(query.criteria.count == 1 && query.count == 7 && query.sort.isEmpty)
        #expect(error("colour=red") == .unknownParameter("colour"))
        #expect(error("_format=json&_pretty=true&name=") == nil)
        #expect(throws: SearchError.value(parameter: "birthdate", .date)) {
            try InstalledDefinitions.query("birthdate=soon", "Patient", strict: false)
        }
    }

    @Test("how the answer should look")
    func results() throws {
        let query = try InstalledDefinitions.query(
            "_count=99999999999999999999&_total=accurate&_summary=text&_elements=id,name"
                + "&_sort=-birthdate,_id", "Patient")
        #expect(query.count == 1000 && query.total == .accurate && query.summary == .text)
        #expect(query.elements == ["id", "name"])
        #expect(
            query.sort == [
                SortKey(.terms(keys: ["Patient.birthdate"], .date), isDescending: true),
                SortKey(.id, isDescending: false),
            ])
        #expect(try InstalledDefinitions.query("_count=0", "Patient").summary == .count)
        #expect(try InstalledDefinitions.query("", "Patient").wantsTotal == false)
    }

    @Test(
        "what is wrong is refused with its reason",
        arguments: [
            ("gender:above=http://s|male", .valueSet(parameter: "gender")),
            ("gender:exact=a", .modifier(parameter: "gender", modifier: "exact")),
            ("birthdate:contains=1", .modifier(parameter: "birthdate", modifier: "contains")),
            ("_id:not=1", .modifier(parameter: "_id", modifier: "not")),
            ("gender:in=http://v", .valueSet(parameter: "gender")),
            ("gender:missing=maybe", .value(parameter: "gender", .boolean)),
            ("gender=a|b|c", .value(parameter: "gender", .token)),
            ("gender=|", .value(parameter: "gender", .token)),
            ("identifier:of-type=a|b", .value(parameter: "of-type", .identifier)),
            ("birthdate=2020-02-30", .value(parameter: "birthdate", .date)),
            ("birthdate=gt", .value(parameter: "birthdate", .date)),
            ("_lastUpdated=x", .value(parameter: "_lastUpdated", .date)),
            ("general-practitioner=a b", .value(parameter: "general-practitioner", .reference)),
            ("name.given=x", .chain(parameter: "name")),
            ("link.colour=x", .unknownParameter("colour")),
            ("link:Nothing.name=x", .modifier(parameter: "link", modifier: "Nothing")),
            ("_has:Nothing:patient:code=x", .chain(parameter: "_has:Nothing:patient:code")),
            ("_has:Observation:code:status=x", .chain(parameter: "code")),
            ("_count=-1", .value(parameter: "_count", .count)),
            ("_total=some", .value(parameter: "_total", .total)),
            ("_summary=some", .value(parameter: "_summary", .summary)),
            ("_elements=a/b", .value(parameter: "_elements", .elements)),
            ("_include=Patient", .include("Patient")),
            ("_include=Patient:name", .include("Patient:name")),
            ("_sort=general-practitioner", .sort("general-practitioner")),
            ("_sort=_id,gender,name,birthdate", .limit(.sortKeys, maximum: 3)),
            ("_contained=true", .unsupportedParameter("_contained")),
            ("_filter=a", .unsupportedParameter("_filter")),
            ("_type=Patient", .unknownParameter("_type")),
        ] as [(String, SearchError)])
    func refused(_ text: String, _ expected: SearchError) {
        #expect(error(text) == expected)
        let refusal = expected.refusal
        #expect(refusal.code.hasPrefix("search.") && refusal.english != refusal.chinese)
        #expect(refusal.english.hasSuffix(".") && refusal.chinese.hasSuffix("。"))
    }

    @Test("limits have names")
    func limits() {
        func many(_ count: Int, _ text: String, _ separator: String) -> String {
            Array(repeating: text, count: count).joined(separator: separator)
        }
        #expect(error(many(65, "name=a", "&")) == .limit(.parameters, maximum: 64))
        #expect(error("name=" + many(16385, "a", "")) == .limit(.valueBytes, maximum: 16384))
        #expect(error("name=" + many(301, "a", ",")) == .limit(.alternatives, maximum: 300))
        #expect(
            error("name=\(many(200, "a", ","))&given=\(many(101, "a", ","))")
                == .limit(.alternatives, maximum: 300))
        #expect(error("name=" + many(513, "a", "")) == .limit(.termBytes, maximum: 512))
        #expect(error(many(5, "link", ".") + ".name=a") == .limit(.chainDepth, maximum: 4))
        #expect(error(many(4, "link:Patient", ".") + ".name=a") == nil)
        #expect(error(many(17, "_include=*", "&")) == .limit(.includes, maximum: 16))
    }

    @Test("types, compartments and what all types share")
    func types() throws {
        #expect(error("", "Nothing") == .unknownType("Nothing"))
        #expect(error("_type=Nothing", nil) == .unknownType("Nothing"))
        #expect(error("name=x", nil) == .unknownParameter("name"))
        #expect(error("_type=Patient,Organization&name=x", nil) == nil)
        #expect(error("_type=Encounter,Location&status=x", nil) == nil)
        #expect(error("_type=Observation,Patient&code=x", nil) == .unknownParameter("code"))
        let owner = ResourceName(type: "Patient", id: "1")
        #expect(
            error("", "Organization", compartment: owner)
                == .compartment(type: "Organization", compartment: "Patient"))
        #expect(
            error("", nil, compartment: ResourceName(type: "Group", id: "1"))
                == .unknownType("Group"))
        let query = try InstalledDefinitions.query("", "Observation", compartment: owner)
        #expect(
            query.criteria == [
                .compartment(owner, keys: ["Observation.performer", "Observation.subject"])
            ])
    }

    @Test("codes of value sets and hierarchies come from the caller")
    func terminology() throws {
        let table = try #require(InstalledDefinitions.table)
        var terminology = SearchTerminology()
        terminology.expand = { url in
            url == "http://v"
                ? [.init(system: "urn:s", code: "a"), .init(system: nil, code: "b")] : nil
        }
        terminology.below = { [$0, .init(system: $0.system, code: $0.code + "1")] }
        func criteria(_ name: String, _ value: String) throws(SearchError) -> [SearchCriterion] {
            try SearchQuery(
                parsing: [(name, value)], type: "Observation", table: table, base: "",
                strict: true, terminology: terminology
            ).criteria
        }
        let codes: [TermTest] = [
            .token(system: .exactly("urn:s"), code: "a"), .token(system: .any, code: "b"),
        ]
        #expect(
            try criteria("code:in", "http://v")
                == [.some(keys: ["Observation.code"], .token, codes)])
        #expect(
            try criteria("code:not-in", "http://v")
                == [.none(keys: ["Observation.code"], .token, codes)])
        #expect(
            try criteria("code:below", "urn:s|x") == [
                .some(
                    keys: ["Observation.code"], .token,
                    [
                        .token(system: .exactly("urn:s"), code: "x"),
                        .token(system: .exactly("urn:s"), code: "x1"),
                    ])
            ])
        #expect(throws: SearchError.valueSet(parameter: "code")) {
            try criteria("code:above", "urn:s|x")
        }
        #expect(throws: SearchError.value(parameter: "code", .token)) {
            try criteria("code:below", "x")
        }
    }

    @Test("one resource is matched alone, where no other decides")
    func matching() throws {
        let extractor = try #require(InstalledDefinitions.extractor)
        let patient: JSONValue = ["resourceType": "Patient", "id": "p", "gender": "male"]
        let resource = SearchedResource(
            name: ResourceName(type: "Patient", id: "p"), lastUpdated: .init(milliseconds: 0),
            terms: extractor.terms(of: patient, type: "Patient"))
        #expect(try InstalledDefinitions.query("gender=male", "Patient").matches(resource) == true)
        #expect(
            try InstalledDefinitions.query("gender=other", "Patient").matches(resource) == false)
        #expect(try InstalledDefinitions.query("", "Group").matches(resource) == false)
        #expect(
            try InstalledDefinitions.query("link.gender=male", "Patient").matches(resource) == nil)
    }

    @Test(
        "texts are folded",
        arguments: [
            ("  Ä  b ", "a b"), ("ＡＢＣ１", "abc1"), ("Straße", "strasse"), ("İI", "ii"),
            ("nǚ", "nu"), ("e\u{301}", "e"), ("王\u{3000}明", "王 明"), ("Łódź", "lodz"), ("", ""),
        ])
    func folding(_ text: String, _ folded: String) {
        #expect(Array(TextFolding.folded(text).utf8) == Array(folded.utf8))
    }
}
