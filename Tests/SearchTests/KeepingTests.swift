import Base
import Encoding
import FHIRSearch
import Testing

/// Versions, deletions, erasures, scopes and notes.
@Suite(
    "Index keeping", .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct IndexKeepingTests {
    private let name = ResourceName(type: "Patient", id: "p")

    private func patient(_ gender: String) -> JSONValue {
        ["resourceType": "Patient", "id": "p", "gender": .string(gender)]
    }

    @Test("versions follow each other, and the newest is found", arguments: TestEngine.all)
    func versions(_ engine: TestEngine) throws {
        let fixture = try IndexFixture(engine)
        let index = fixture.index
        #expect(try index.current(name) == nil)
        try fixture.put(patient("male"), at: 1000)
        try fixture.put(patient("female"), scope: "b", at: 2000)
        #expect(try fixture.ids("gender=male", "Patient") == [])
        #expect(try fixture.ids("gender=female", "Patient") == ["p"])
        let first = try #require(try index.version(name, 1))
        #expect(first.body == patient("male").serialized())
        #expect(first.method == .create && first.origin == [7] && first.scope == Array("a".utf8))
        #expect(first.lastUpdated == Timestamp(milliseconds: 1000))
        #expect(try index.current(name)?.number == 2)
        #expect(try index.version(name, 3) == nil)
        try fixture.delete("Patient", "p", at: 3000)
        #expect(try fixture.ids("gender=female", "Patient") == [])
        #expect(try index.current(name)?.method == .delete)
        try fixture.put(patient("other"), at: 4000)
        #expect(try fixture.ids("gender=other", "Patient") == ["p"])
        #expect(try index.current(name)?.number == 4)
    }

    @Test(
        "a write with a number that is not the next one changes nothing", arguments: TestEngine.all)
    func conflict(_ engine: TestEngine) throws {
        let fixture = try IndexFixture(engine)
        try fixture.put(patient("male"))
        let changes = [
            try IndexFixture.change(
                ["resourceType": "Patient", "id": "q"], scope: "a", at: 1, in: nil, number: 1),
            try IndexFixture.change(patient("other"), scope: "a", at: 1, in: nil, number: 3),
        ]
        #expect(throws: IndexError.conflict(name)) { try fixture.index.write(changes) }
        #expect(try fixture.ids("", "Patient") == ["p"])
        #expect(try fixture.index.current(name)?.number == 1)
    }

    @Test("what is erased is gone, its versions stay empty", arguments: TestEngine.all)
    func erasure(_ engine: TestEngine) throws {
        let fixture = try IndexFixture(engine)
        try fixture.put(patient("male"))
        try fixture.put(patient("female"))
        try fixture.index.write([.erase(name), .erase(ResourceName(type: "Patient", id: "no"))])
        #expect(try fixture.ids("", "Patient") == [])
        #expect(try fixture.index.current(name)?.body == nil)
        #expect(try fixture.index.version(name, 1)?.body == nil)
        #expect(try fixture.index.current(ResourceName(type: "Patient", id: "no")) == nil)
        let page = try fixture.index.history(
            HistoryRequest(subject: .resource(name), visible: .everything, count: 10))
        #expect(page.total == 2 && page.versions.map(\.number) == [2, 1])
        try fixture.put(patient("other"))
        #expect(try fixture.ids("gender=other", "Patient") == ["p"])
    }

    @Test("histories, newest first, by page, time and scope", arguments: TestEngine.all)
    func history(_ engine: TestEngine) throws {
        let fixture = try IndexFixture(engine)
        for number in 1...5 {
            try fixture.put(
                patient("male"), scope: number % 2 == 0 ? "even" : "odd", at: UInt64(number) * 1000)
        }
        try fixture.put(["resourceType": "Group", "id": "g"], scope: "odd", at: 9000)
        func ask(
            _ subject: HistoryRequest.Subject, _ visible: Visibility = .everything, count: Int = 10,
            since: UInt64? = nil, until: UInt64? = nil, after: PageMark? = nil
        ) throws -> HistoryPage {
            try fixture.index.history(
                HistoryRequest(
                    subject: subject, visible: visible,
                    since: since.map { Timestamp(milliseconds: $0) },
                    until: until.map { Timestamp(milliseconds: $0) }, count: count, after: after))
        }
        let first = try ask(.system, count: 4)
        #expect(first.versions.map(\.lastUpdated.milliseconds) == [9000, 5000, 4000, 3000])
        #expect(first.total == 6)
        let second = try ask(.system, count: 4, after: first.next)
        #expect(second.versions.map(\.number) == [2, 1] && second.next == nil && second.total == 6)
        #expect(try ask(.type("Patient")).total == 5)
        #expect(try ask(.type("Device")).total == 0)
        let odd = try ask(.resource(name), try fixture.visible("odd"))
        #expect(odd.versions.map(\.number) == [5, 3, 1] && odd.total == 3)
        #expect(
            try ask(.resource(name), since: 2000, until: 4000).versions.map(\.number) == [4, 3, 2])
        #expect(throws: IndexError.pageMark) { try ask(.system, after: PageMark(text: "-1")) }
    }

    @Test("versions of a type are followed in the order of writing", arguments: TestEngine.all)
    func following(_ engine: TestEngine) throws {
        let fixture = try IndexFixture(engine)
        let index = fixture.index
        #expect(try index.lastPosition() == 0)
        #expect(try index.versions(of: "Patient", after: 0, limit: 10).isEmpty)
        try fixture.put(patient("male"), scope: "b")
        try fixture.put(["resourceType": "Group", "id": "g"])
        try fixture.put(patient("female"))
        try fixture.delete("Patient", "p")
        let all = try index.versions(of: "Patient", after: 0, limit: 10)
        #expect(all.map(\.version.number) == [1, 2, 3])
        #expect(all.map(\.version.method) == [.create, .update, .delete])
        #expect(all[0].version == (try index.version(name, 1)))
        #expect(all[1].version.body == patient("female").serialized())
        #expect(all.map(\.position) == all.map(\.position).sorted() && all[0].position > 0)
        #expect(try index.lastPosition() == all[2].position)
        let rest = try index.versions(of: "Patient", after: all[0].position, limit: 1)
        #expect(rest.map(\.version.number) == [2])
        #expect(try index.versions(of: "Patient", after: all[2].position, limit: 10).isEmpty)
        #expect(try index.versions(of: "Patient", after: .max, limit: 10).isEmpty)
    }

    @Test("scopes have numbers, notes are kept in order", arguments: TestEngine.all)
    func notes(_ engine: TestEngine) throws {
        let fixture = try IndexFixture(engine)
        let index = fixture.index
        try fixture.put(patient("male"), scope: "hospital/1")
        try fixture.put(["resourceType": "Group", "id": "g"], scope: "clinic")
        try fixture.put(["resourceType": "Group", "id": "h"], scope: "hospital/2")
        #expect(
            try index.scopes(startingWith: Array("hosp".utf8)) == [
                NumberedScope(number: 1, label: Array("hospital/1".utf8)),
                NumberedScope(number: 3, label: Array("hospital/2".utf8)),
            ])
        #expect(try index.scopes(startingWith: [0xFF]) == [])
        try index.write(["c", "a", "b", "z"].map { .note(key: "k\($0)", value: [UInt8]($0.utf8)) })
        try index.write([.note(key: "kb", value: nil), .note(key: "ka", value: [])])
        #expect(try index.note("ka") == [] && index.note("kb") == nil)
        let all = try index.notes(startingWith: "k", after: nil, limit: 10)
        #expect(all.map(\.key) == ["ka", "kc", "kz"])
        #expect(try index.notes(startingWith: "k", after: "ka", limit: 1).map(\.key) == ["kc"])
        #expect(try index.notes(startingWith: "q", after: nil, limit: 1).isEmpty)
        #expect(try index.notes(startingWith: "", after: nil, limit: 10).count == 3)
    }

    @Test(
        "marks that were changed lead elsewhere in what is visible, or nowhere",
        arguments: TestEngine.all)
    func marks(_ engine: TestEngine) throws {
        let fixture = try IndexFixture(engine)
        for number in 0..<20 {
            try fixture.put(
                [
                    "resourceType": "Patient", "id": "p\(number)",
                    "birthDate": .string("19\(60 + number)"),
                ], scope: number % 2 == 0 ? "even" : "odd")
        }
        let even = try fixture.visible("even")
        let text = "_sort=-birthdate&_count=5"
        let mark = try #require(try fixture.page(text, "Patient", visible: even).next)
        var random = SplitMix64(seed: 3)
        for _ in 0..<300 {
            var bytes = Array(mark.text.utf8)
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: random.next())
            let changed = PageMark(text: String(decoding: bytes, as: UTF8.self))
            do {
                let page = try fixture.page(text, "Patient", visible: even, after: changed)
                #expect(page.matches.allSatisfy { $0.scope == Array("even".utf8) })
            } catch IndexError.pageMark {
                continue
            }
        }
        for text in ["", "!", String(repeating: "A", count: 4000)] {
            #expect(throws: IndexError.pageMark) {
                try fixture.page("", "Patient", after: PageMark(text: text))
            }
        }
    }
}
