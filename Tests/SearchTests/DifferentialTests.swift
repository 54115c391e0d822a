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
