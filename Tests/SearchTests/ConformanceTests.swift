import Base
import Encoding
import FHIRSearch
import Testing

/// What every index must answer.
@Suite(
    "Index conformance", .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct IndexConformanceTests {
    private func world(_ engine: TestEngine) throws -> IndexFixture {
        let fixture = try IndexFixture(engine)
        for (place, text) in ParameterWorld.resources.enumerated() {
            try fixture.put(
                try IndexFixture.json(text), scope: place % 2 == 0 ? "even" : "odd",
                at: 1_600_000_000_000 + UInt64(place) * 1000)
        }
        return fixture
    }

    @Test("every kind of parameter, modifier and prefix", arguments: TestEngine.all)
    func parameters(_ engine: TestEngine) throws {
        let fixture = try world(engine)
        for item in ParameterWorld.cases {
            let found = try fixture.ids(item.query, item.type)
            #expect(found == item.ids, "\(item.type)?\(item.query)")
        }
    }

    @Test("orders, with what has no value last", arguments: TestEngine.all)
    func sorting(_ engine: TestEngine) throws {
        let fixture = try world(engine)
        let cases: [(String, String, [String])] = [
            ("Patient", "_sort=birthdate", ["p1", "p2", "p3"]),
            ("Patient", "_sort=-birthdate", ["p3", "p2", "p1"]),
            ("Patient", "_sort=gender", ["p2", "p1", "p3"]),
            ("Patient", "_sort=-gender", ["p1", "p2", "p3"]),
            ("Patient", "_sort=family", ["p1", "p3", "p2"]),
            ("Patient", "_sort=-_lastUpdated", ["p3", "p2", "p1"]),
            ("Patient", "_sort=-_id", ["p3", "p2", "p1"]),
            ("Observation", "_sort=value-quantity", ["b2", "b1", "b3"]),
            ("Observation", "_sort=-status,date", ["b1", "b3", "b2"]),
            ("RiskAssessment", "_sort=-probability", ["r2", "r1"]),
        ]
        for (type, query, ids) in cases {
            #expect(try fixture.ids(query, type) == ids, "\(type)?\(query)")
            var (paged, mark): ([String], PageMark?) = ([], nil)
            repeat {
                let page = try fixture.page(query + "&_count=1", type, after: mark)
                paged += page.matches.map(\.name.id)
                mark = page.next
            } while mark != nil && paged.count < 10
            #expect(paged == ids, "\(type)?\(query) page by page")
        }
    }

    @Test("includes forward, back, iterated and of everything", arguments: TestEngine.all)
    func includes(_ engine: TestEngine) throws {
        let fixture = try world(engine)
        let cases: [(String, String, [String])] = [
            ("Observation", "_id=b1&_include=Observation:subject", ["p1"]),
            ("Observation", "_id=b1&_include=Observation:subject:Group", []),
            ("Observation", "_id=b1&_include=Observation:*", ["p1"]),
            ("Observation", "_id=b3&_include=*", ["p1", "d1"]),
            (
                "Observation",
                "_id=b1&_include=Observation:subject&_include:iterate=Patient:organization",
                ["o1", "p1"]
            ),
            (
                "Observation",
                "_id=b1&_include=Observation:subject&_include:iterate=Patient:organization"
                    + "&_include:iterate=Organization:partof", ["o1", "o2", "p1"]
            ),
            ("Patient", "_id=p1&_revinclude=Observation:patient", ["b1", "b3"]),
            ("Patient", "_id=p1&_revinclude=*", ["b1", "b3", "p2", "r1", "r2"]),
            (
                "Patient",
                "_id=p1&_revinclude=Observation:patient&_revinclude:iterate=Provenance:target",
                ["b1", "b3", "n1"]
            ),
            ("Patient", "_include=Patient:link", []),
        ]
        for (type, query, ids) in cases {
            let page = try fixture.page(query, type)
            #expect(
                page.included.map(\.name.id)
                    == ids.sorted { left, right in
                        page.included.firstIndex { $0.name.id == left } ?? 0
                            < page.included.firstIndex { $0.name.id == right } ?? 0
                    }, "\(type)?\(query)")
            #expect(page.included.map(\.name) == page.included.map(\.name).sorted())
        }
    }

    @Test("compartments, searches of all types, totals and counts", arguments: TestEngine.all)
    func compartments(_ engine: TestEngine) throws {
        let fixture = try world(engine)
        let owner = ResourceName(type: "Patient", id: "p1")
        func ids(_ text: String, _ type: String?) throws -> [String] {
            try fixture.page(text, type, compartment: owner).matches.map(\.name.id)
        }
        #expect(try ids("", "Observation") == ["b1", "b3"])
        #expect(try ids("status=final&code=8867-4", "Observation") == ["b1"])
        #expect(try ids("", nil) == ["b1", "b3", "p1", "p2", "r1", "r2"])
        #expect(try ids("_type=RiskAssessment", nil) == ["r1", "r2"])
        #expect(try fixture.ids("_type=Patient,Practitioner&active=true", nil) == ["p1", "d1"])
        #expect(try fixture.ids("_tag=x", nil) == ["p1", "p2"])
        #expect(try fixture.page("", nil).matches.count == ParameterWorld.resources.count)
        #expect(try fixture.page("_total=accurate&_count=2", "Patient").total == 3)
        #expect(try fixture.page("_total=none", "Patient").total == nil)
        for query in ["_count=0", "_summary=count"] {
            let page = try fixture.page("gender=male&" + query, "Patient")
            #expect(page.matches.isEmpty && page.total == 1 && page.next == nil)
        }
    }

    @Test(
        "what is invisible is not there: as a match, link, include and total",
        arguments: TestEngine.all)
    func visibility(_ engine: TestEngine) throws {
        let fixture = try world(engine)
        let even = try fixture.visible("even")
        #expect(try fixture.ids("", "Patient", visible: even) == ["p1", "p3"])
        #expect(try fixture.ids("", "Patient", visible: .scopes([])) == [])
        #expect(
            try fixture.ids("subject.gender=male", "Observation", visible: even) == ["b1", "b3"])
        let odd = try fixture.visible("odd")
        #expect(try fixture.ids("subject.gender=male", "Observation", visible: odd) == [])
        #expect(try fixture.ids("patient=p1", "Observation", visible: odd) == [])
        #expect(
            try fixture.ids("_has:Observation:patient:status=amended", "Patient", visible: even)
                == [])
        let page = try fixture.page(
            "_id=p1&_revinclude=*&_total=accurate&_include=*", "Patient", visible: even)
        #expect(
            page.included.map(\.name.id)
                == ["b1", "b3", "o1", "r2"].filter { id in
                    page.included.contains { $0.name.id == id }
                })
        #expect(!page.included.contains { ["p2", "r1", "d1"].contains($0.name.id) })
        #expect(page.total == 1)
    }

    @Test("the largest searches that are read are answered", arguments: TestEngine.all)
    func largest(_ engine: TestEngine) throws {
        let fixture = try world(engine)
        func many(_ count: Int, _ text: (Int) -> String) -> String {
            (0..<count).map(text).joined(separator: ",")
        }
        let cases: [(String, String, Int)] = [
            ("Observation", "date=" + many(300) { "ge20\(10 + $0 % 20)-01" }, 3),
            (
                "Observation",
                "code-value-quantity=" + many(150) { "urn:s|\($0)$ge1|http://u|\($0)" }, 0
            ),
            ("Observation", "combo-code-value-quantity=" + many(150) { "8867-4$ge\($0)||mg" }, 1),
            ("Observation", "subject=" + many(299) { "Patient/p\($0)/_history/2" }, 1),
            ("Provenance", "target=" + many(299) { "b\($0)" }, 1),
            ("Patient", "identifier=" + many(299) { "urn:s\($0)|\($0)" } + ",1", 2),
            ("Patient", "name=" + many(299) { "x\($0)" } + ",mul", 2),
            ("Patient", "name:contains=" + many(299) { "x\($0)" } + ",lle", 2),
            ("Patient", "_id=" + many(300) { "p\($0)" }, 3),
            ("Patient", "_lastUpdated=" + many(300) { "ge20\(10 + $0 % 20)" }, 3),
            ("Patient", (0..<60).map { "gender:not=x\($0)" }.joined(separator: "&"), 3),
            ("Observation", "subject:Patient.birthdate=" + many(300) { "le20\(10 + $0 % 20)" }, 3),
            ("Patient", "_has:Observation:patient:date=" + many(300) { "ge20\(10 + $0 % 20)" }, 2),
        ]
        for (type, query, count) in cases {
            #expect(try fixture.ids(query, type).count == count, "\(type)?\(query.prefix(60))")
        }
    }
}
