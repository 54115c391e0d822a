import Base
import Encoding
import FHIRSearch
import Testing

/// Databases answer as the index in memory does.
@Suite(
    "Indexes agree", .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct DifferentialTests {
    /// Fills indexes with the same random versions, deletions and erasures.
    private func fill(
        _ indexes: [any ResourceIndex], _ world: inout RandomWorld, count: Int
    ) throws {
        var changes: [IndexChange] = []
        var numbers: [ResourceName: UInt64] = [:]
        for place in 0..<count {
            let resource = world.resource()
            let name = ResourceName(
                type: resource["resourceType"]?.stringValue ?? "",
                id: resource["id"]?.stringValue ?? "")
            let number = (numbers[name] ?? 0) + 1
            numbers[name] = number
            let (scope, time) = (
                world.pick(["a", "b", "c", "d"]), 1_600_000_000_000 + UInt64(place) * 500
            )
            if number > 1, world.chance(20) {
                changes.append(
                    .put(
                        StoredVersion(
                            name: name, number: number, method: .delete,
                            lastUpdated: Timestamp(milliseconds: time), scope: Array(scope.utf8),
                            origin: [], body: nil), IndexTerms()))
            } else {
                changes.append(
                    try IndexFixture.change(
                        resource, scope: scope, at: time, in: nil, number: number))
            }
            if world.chance(3) { changes.append(.erase(name)) }
            if world.chance(20) || place == count - 1 {
                for index in indexes { try index.write(changes) }
                changes = []
            }
        }
    }

    private func describe(_ page: SearchPage) -> String {
        "\(page.matches.map { "\($0.name.text)#\($0.number)" }) + "
            + "\(page.included.map { "\($0.name.text)#\($0.number)" }) of "
            + "\(page.total.map { String($0) } ?? "?")\(page.next == nil ? "" : " …")"
    }

    @Test("random searches in random worlds", arguments: 1...6 as ClosedRange<UInt64>)
    func random(_ seed: UInt64) throws {
        let oracle = ScanIndex()
        let engines = TestEngine.all.filter { $0.name != "scan" }
        let opened = try engines.map { try $0.open() }
        defer { withExtendedLifetime(opened) {} }
        let indexes = opened.map(\.index)
        var world = RandomWorld(seed: seed)
        try fill([oracle] + indexes, &world, count: 400)
        let numbers = try oracle.scopes(startingWith: []).map(\.number)
        for index in indexes {
            #expect(try index.scopes(startingWith: []) == oracle.scopes(startingWith: []))
        }
        var answers = 0
        for _ in 0..<250 {
            let (type, text) = world.search()
            let query = try InstalledDefinitions.query(text, type)
            let visible: Visibility =
                world.chance(30) ? .everything : .scopes(numbers.filter { _ in world.chance(60) })
            var mark: PageMark?
            for _ in 0..<4 {
                let request = SearchRequest(query: query, visible: visible, after: mark)
                let wanted = try oracle.search(request)
                answers += wanted.matches.count
                for (engine, index) in zip(engines, indexes) {
                    let page = try index.search(request)
                    #expect(
                        describe(page) == describe(wanted),
                        "seed \(seed), \(engine.name): \(type)?\(text) \(visible)")
                    #expect(page.matches == wanted.matches && page.next == wanted.next)
                }
                mark = wanted.next
                if mark == nil { break }
            }
        }
        #expect(answers > 200)
        for subject: HistoryRequest.Subject in [
            .system, .type("Patient"), .resource(ResourceName(type: "Patient", id: "x1")),
        ] {
            let request = HistoryRequest(
                subject: subject, visible: .scopes(Array(numbers.prefix(2))), count: 1000)
            let wanted = try oracle.history(request)
            for index in indexes {
                let page = try index.history(request)
                #expect(page.versions == wanted.versions && page.total == wanted.total)
            }
        }
    }
}

/// Databases answer as the index in memory does, for published sample data.
@Suite(
    "Indexes agree on sample data", .enabled(if: SyntheaData.isPresent, SyntheaData.absence))
struct SampleDataTests {
    /// What is asked, about a patient whose id takes the place of `#`.
    private static let searches: [(type: String, text: String)] = [
        ("Observation", "patient=#&_sort=-date&_count=7&_total=accurate"),
        ("Observation", "patient=#&code=http://loinc.org|8302-2&_sort=value-quantity"),
        (
            "Observation",
            "code-value-quantity=http://loinc.org|8302-2$gt1|http://unitsofmeasure.org|m"
        ),
        ("Observation", "component-code-value-quantity=8480-6$gt120&_sort=date,-_id&_count=9"),
        ("Observation", "combo-value-quantity=ap80||mm[Hg]&date=ge2015&_total=accurate&_count=20"),
        ("Observation", "category=vital-signs&date=2016&_count=11&_include=Observation:encounter"),
        ("Observation", "subject:Patient.gender=female&code:text=body&_count=15&_sort=code"),
        ("Condition", "subject=#&clinical-status=active&_include=*"),
        ("Condition", "code:text=disorder&onset-date=lt2015&_sort=-onset-date,code&_count=6"),
        ("Condition", "abatement-date:missing=true&_count=8&_total=accurate"),
        ("Encounter", "_has:Observation:encounter:code=8302-2&_count=10&_sort=date"),
        ("Encounter", "class:not=AMB&_count=10"),
        ("Patient", "_id=#&_revinclude=Encounter:patient&_include:iterate=Encounter:participant"),
        ("Patient", "name:contains=a&_sort=-birthdate,family"),
        ("Patient", "address-state=MA&_has:Condition:subject:code:text=(dis"),
        ("MedicationRequest", "patient=#&status=stopped,completed&_sort=-authoredon&_count=5"),
        ("Claim", "patient.name=a&_count=5"),
        ("Immunization", "date=sa2010&vaccine-code:not=140&_sort=date&_count=9"),
    ]

    @Test("searches of each kind in sample bundles")
    func samples() throws {
        let extractor = try #require(InstalledDefinitions.extractor)
        let oracle = ScanIndex()
        let engines = TestEngine.all.filter { $0.name != "scan" }
        let opened = try engines.map { try $0.open() }
        defer { withExtendedLifetime(opened) {} }
        var (changes, scope): ([IndexChange], String) = ([], "")
        var patients: [String] = []
        let resources = try SyntheaData.resources(bundles: 2)
        let types = Dictionary(
            resources.map { ($0["id"]?.stringValue ?? "", $0["resourceType"]?.stringValue ?? "") }
        ) { first, _ in first }
        for resource in resources {
            let local = Self.local(resource, types)
            let type = try #require(local["resourceType"]?.stringValue)
            let id = try #require(local["id"]?.stringValue)
            if type == "Patient" {
                scope = id
                patients.append(id)
            }
            changes.append(
                .put(
                    StoredVersion(
                        name: ResourceName(type: type, id: id), number: 1, method: .create,
                        lastUpdated: Timestamp(milliseconds: UInt64(changes.count)),
                        scope: Array((changes.count % 3 == 0 ? "shared" : scope).utf8),
                        origin: [], body: local.serialized()),
                    extractor.terms(of: local, type: type)))
        }
        for index in [oracle] + opened.map(\.index) { try index.write(changes) }
        let numbers = try oracle.scopes(startingWith: []).map(\.number)
        var found = 0
        for (type, text) in Self.searches {
            let query = try InstalledDefinitions.query(
                text.replacing("#", with: patients[0]), type)
            for visible: Visibility in [.everything, .scopes(Array(numbers.dropFirst()))] {
                var mark: PageMark?
                for _ in 0..<3 {
                    let request = SearchRequest(query: query, visible: visible, after: mark)
                    let wanted = try oracle.search(request)
                    found += wanted.matches.count
                    for (engine, open) in zip(engines, opened) {
                        let page = try open.index.search(request)
                        #expect(
                            page.matches.map(\.name) == wanted.matches.map(\.name)
                                && page.included == wanted.included && page.total == wanted.total
                                && page.next == wanted.next, "\(engine.name): \(type)?\(text)")
                    }
                    mark = wanted.next
                    if mark == nil { break }
                }
            }
        }
        #expect(found > 300)
    }

    /// A value with references inside of bundles turned into references to this server.
    private static func local(_ value: JSONValue, _ types: [String: String]) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map { local($0, types) })
        case .object(let members):
            .object(members.map { JSONMember($0.key, local($0.value, types)) })
        case .string(let text) where text.hasPrefix("urn:uuid:"):
            types[String(text.dropFirst(9))].map { "\($0)/\(text.dropFirst(9))" } ?? value
        default: value
        }
    }
}
