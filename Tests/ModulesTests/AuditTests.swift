import Audit
import Base
import Consent
import ContractKit
import FHIRModel
import Ledger
import Membership
import Storage
import Testing

@Suite("The audit")
struct AuditTests {
    @Test("numbers the reads of each owner and tells owner and reader")
    func numbers() throws {
        let cast = try TestCast()
        let state = cast.zone.store
        let (first, second, third) = (
            cast.event(of: cast.zhang, reader: cast.doctor),
            cast.event(of: cast.li, reader: cast.doctor, allowed: false),
            cast.event(of: cast.zhang, reader: cast.stranger, allowed: false)
        )
        let recording = try cast.zone.transaction(
            [.record([first, second, third])], by: cast.hospital)
        let events = try #require(try cast.zone.block([recording])?.outcomes.first).events
        #expect(events.map(\.name) == ["read", "refused", "refused"])
        #expect(
            events.map(\.accounts) == [
                [cast.zhang.id, cast.doctor.id], [cast.li.id, cast.doctor.id],
                [cast.zhang.id, cast.stranger.id],
            ])
        #expect(
            events.last?.data == [0x82, 1, 0x58, 0x20] + third.read.event.bytes)
        #expect(try AuditQueries.count(of: cast.zhang.id, in: state) == 2)
        #expect(try AuditQueries.count(of: cast.stranger.id, in: state) == 0)
        let rows = try AuditQueries.list(of: cast.zhang.id, limit: 10, in: state)
        #expect(rows.map(\.sequence) == [0, 1])
        #expect(
            rows.map(\.row) == [
                AuditRow(node: cast.hospital.id, transaction: recording.id, read: first.read),
                AuditRow(node: cast.hospital.id, transaction: recording.id, read: third.read),
            ])
        #expect(
            try AuditQueries.place(of: second.read.event, node: cast.hospital.id, in: state)
                == AuditPlace(owner: cast.li.id, sequence: 0))
        #expect(try state.value(for: AuditQueries.readStateKey(1, of: cast.zhang.id)) != nil)
    }

    @Test("records an event once, however often a node sends it")
    func resubmission() throws {
        let cast = try TestCast()
        let (first, second) = (
            cast.event(of: cast.zhang, reader: cast.doctor),
            cast.event(of: cast.zhang, reader: cast.nurse)
        )
        try cast.zone.send(.record([first]), by: cast.hospital)
        let again = try cast.zone.send(
            .record([first, second, second]), .record([first]), by: cast.hospital)
        #expect(again.map(\.accounts) == [[cast.zhang.id, cast.nurse.id]])
        #expect(try AuditQueries.count(of: cast.zhang.id, in: cast.zone.store) == 2)
        let outcome = try cast.zone.attempt(.record([first]), by: cast.hospital)
        #expect(outcome.failure == nil)
        #expect(outcome.events.isEmpty)
    }

    @Test("lets no institution occupy another's event")
    func separateNodes() throws {
        let cast = try TestCast()
        let event = cast.event(of: cast.zhang, reader: cast.doctor)
        try cast.zone.send(.record([event]), by: cast.clinic)
        try cast.zone.send(.record([event]), by: cast.hospital)
        let rows = try AuditQueries.list(of: cast.zhang.id, limit: 9, in: cast.zone.store)
        #expect(rows.map(\.row.node) == [cast.clinic.id, cast.hospital.id])
    }

    @Test("lists hundreds of reads page by page in their order")
    func pages() throws {
        let cast = try TestCast()
        var expected: [Hash256] = []
        for _ in 0..<5 {
            let events = (0..<60).map { _ in cast.event(of: cast.zhang, reader: cast.doctor) }
            expected += events.map(\.read.event)
            try cast.zone.send(.record(events), by: cast.hospital)
        }
        var found: [(sequence: UInt64, row: AuditRow)] = []
        while true {
            let page = try AuditQueries.list(
                of: cast.zhang.id, after: found.last?.sequence, limit: 70, in: cast.zone.store)
            found += page
            if page.count < 70 { break }
        }
        #expect(found.map(\.row.read.event) == expected)
        #expect(found.map(\.sequence) == Array(0..<300))
    }

    @Test(
        "is written by institutions in good standing only",
        arguments: [
            RefusalScenario("caller.not-institution", "a doctor records") { cast in
                try cast.zone.attempt(
                    .record([cast.event(of: cast.zhang, reader: cast.doctor)]), by: cast.doctor)
            },
            RefusalScenario("caller.not-institution", "the authority, no institution") { cast in
                try cast.zone.attempt(
                    .record([cast.event(of: cast.zhang, reader: cast.doctor)]), by: cast.authority)
            },
            RefusalScenario("caller.suspended", "a suspended hospital records") { cast in
                try cast.set(cast.hospital, .suspended)
                return try cast.zone.attempt(
                    .record([cast.event(of: cast.zhang, reader: cast.doctor)]), by: cast.hospital)
            },
            RefusalScenario("contract.too-many-events", "five full calls") { cast in
                let calls = (0..<5).map { _ in
                    Call.record(
                        (0..<60).map { _ in cast.event(of: cast.zhang, reader: cast.doctor) })
                }
                return try cast.zone.attempt(calls, by: cast.hospital)
            },
        ])
    func refuses(_ scenario: RefusalScenario) throws { try scenario.check() }

    @Test("has room for every reason of the consent decision")
    func reasons() {
        for reason in DecisionReason.allCases {
            #expect(ReasonCode(reason.code)?.text == reason.code)
        }
    }
}

extension TestCast {
    /// A read that the gateway of some node decided.
    func event(
        of owner: TestAccount, reader: TestAccount, allowed: Bool = true
    ) -> AuditContract.AuditEvent {
        AuditContract.AuditEvent(
            owner: owner.id,
            read: ReadEvent(
                event: zone.random.hash256(), reader: reader.id, institution: hospital.id,
                allowed: allowed, reasons: [.test], purpose: .treatment, domain: .medical,
                records: [zone.random.hash256()], grant: nil, time: zone.now))
    }
}

extension Call {
    static func record(_ events: [AuditContract.AuditEvent]) -> Call {
        Call(AuditContract.self, "record", AuditContract.Record(events: events))
    }
}
