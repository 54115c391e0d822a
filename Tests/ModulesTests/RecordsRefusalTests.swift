import Base
import ContractKit
import Ledger
import Membership
import Records
import Testing

@Suite("Records refuse")
struct RecordsRefusalTests {
    @Test("each broken rule with its own code, changing nothing", arguments: scenarios)
    func refuses(_ scenario: RefusalScenario) throws { try scenario.check() }

    @Test("no code without a scenario")
    func completeness() {
        let codes = Set(Self.scenarios.map(\.code))
        #expect(codes.isSuperset(of: RecordsContract.refusals.map(\.code)))
    }

    static let scenarios: [RefusalScenario] = writing + amending + erasing + holding

    private static let writing: [RefusalScenario] = [
        RefusalScenario("records.owner-unknown", "the owner is a stranger") { cast in
            try cast.write(for: cast.stranger, by: cast.hospital)
        },
        RefusalScenario("records.owner-unknown", "the owner is another institution") { cast in
            try cast.write(for: cast.clinic, by: cast.hospital)
        },
        RefusalScenario("records.owner-revoked", "the pseudonym is revoked") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            try cast.set(cast.zhang, .revoked)
            return try cast.write(for: cast.zhang, by: cast.hospital)
        },
        RefusalScenario("records.not-registrar", "the clinic's resident") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.li)
            return try cast.write(for: cast.li, by: cast.hospital)
        },
        RefusalScenario("records.id-used", "the same identifier twice") { cast in
            try cast.prepare()
            return try cast.write(for: cast.zhang, by: cast.hospital)
        },
        RefusalScenario("records.id-used", "the identifier of another owner's record") { cast in
            try cast.prepare()
            try cast.zone.send(.publish(epoch: 1), by: cast.li)
            return try cast.write(for: cast.li, by: cast.clinic)
        },
        RefusalScenario("records.epoch", "the owner has no key") { cast in
            try cast.write(for: cast.zhang, by: cast.hospital)
        },
        RefusalScenario("records.epoch", "the epoch before the current one") { cast in
            try cast.zone.send(.publish(epoch: 1), .publish(epoch: 2), by: cast.zhang)
            return try cast.write(for: cast.zhang, by: cast.hospital)
        },
        RefusalScenario("records.epoch", "a key of another domain") { cast in
            try cast.zone.send(.publish(domain: 2, epoch: 1), by: cast.zhang)
            return try cast.write(for: cast.zhang, by: cast.hospital)
        },
        RefusalScenario("caller.not-institution", "a doctor writes for a resident") { cast in
            try cast.write(for: cast.zhang, by: cast.doctor)
        },
        RefusalScenario("caller.not-institution", "a doctor writes about himself") { cast in
            try cast.write(for: cast.doctor, by: cast.doctor)
        },
        RefusalScenario("caller.suspended", "a suspended hospital writes") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            try cast.set(cast.hospital, .suspended)
            return try cast.write(for: cast.zhang, by: cast.hospital)
        },
        RefusalScenario("caller.suspended", "a suspended resident writes") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            try cast.set(cast.zhang, .suspended)
            return try cast.write(for: cast.zhang, by: cast.zhang)
        },
    ]

    private static let amending: [RefusalScenario] = [
        RefusalScenario("records.unknown", "there is no such record") { cast in
            try cast.amend(by: cast.hospital)
        },
        RefusalScenario("records.unknown", "the record of another owner") { cast in
            try cast.prepare()
            return try cast.zone.attempt(
                .amend(.zero, of: cast.li, RecordContent(cast.zone)), by: cast.hospital)
        },
        RefusalScenario("records.not-writer", "another institution amends") { cast in
            try cast.prepare()
            return try cast.amend(by: cast.clinic)
        },
        RefusalScenario("records.not-writer", "the owner amends the hospital's record") { cast in
            try cast.prepare()
            return try cast.amend(by: cast.zhang)
        },
        RefusalScenario("records.erased", "an erased record is amended") { cast in
            try cast.prepare()
            try cast.zone.send(.erase(.zero, of: cast.zhang), by: cast.zhang)
            return try cast.amend(by: cast.hospital)
        },
        RefusalScenario("records.epoch", "an old epoch in an amendment") { cast in
            try cast.prepare()
            try cast.zone.send(.publish(epoch: 2), by: cast.zhang)
            return try cast.amend(by: cast.hospital)
        },
        RefusalScenario("caller.revoked", "a revoked writer amends") { cast in
            try cast.prepare()
            try cast.set(cast.hospital, .revoked)
            return try cast.amend(by: cast.hospital)
        },
    ]

    private static let erasing: [RefusalScenario] = [
        RefusalScenario("records.not-owner", "the writer erases") { cast in
            try cast.prepare()
            return try cast.zone.attempt(.erase(.zero, of: cast.zhang), by: cast.hospital)
        },
        RefusalScenario("records.unknown", "nothing to erase") { cast in
            try cast.zone.attempt(.erase(.zero, of: cast.zhang), by: cast.zhang)
        },
        RefusalScenario("records.erased", "erased twice") { cast in
            try cast.prepare()
            try cast.zone.send(.erase(.zero, of: cast.zhang), by: cast.zhang)
            return try cast.zone.attempt(.erase(.zero, of: cast.zhang), by: cast.authority)
        },
        RefusalScenario("records.held", "the authority erases what a law keeps") { cast in
            try cast.prepare()
            try cast.hold()
            return try cast.zone.attempt(.erase(.zero, of: cast.zhang), by: cast.authority)
        },
        RefusalScenario("caller.suspended", "a suspended owner erases") { cast in
            try cast.prepare()
            try cast.set(cast.zhang, .suspended)
            return try cast.zone.attempt(.erase(.zero, of: cast.zhang), by: cast.zhang)
        },
    ]

    private static let holding: [RefusalScenario] = [
        RefusalScenario("records.not-writer", "another institution holds") { cast in
            try cast.prepare()
            let until = cast.zone.now.advanced(bySeconds: 60)
            return try cast.zone.attempt(
                .hold(.zero, of: cast.zhang, until: until), by: cast.clinic)
        },
        RefusalScenario("caller.not-institution", "a resident holds") { cast in
            let until = cast.zone.now.advanced(bySeconds: 60)
            return try cast.zone.attempt(
                .hold(.zero, of: cast.zhang, until: until), by: cast.zhang)
        },
        RefusalScenario("records.hold-period", "a hold that ends now") { cast in
            try cast.prepare()
            return try cast.zone.attempt(
                .hold(.zero, of: cast.zhang, until: cast.zone.now), by: cast.hospital)
        },
        RefusalScenario("records.hold-period", "a hold of more than 30 years") { cast in
            try cast.prepare()
            let until = cast.zone.now.advanced(bySeconds: RecordsLimits.holdSeconds + 1)
            return try cast.zone.attempt(
                .hold(.zero, of: cast.zhang, until: until), by: cast.hospital)
        },
        RefusalScenario("records.hold-period", "a hold until the end of time") { cast in
            try cast.prepare()
            return try cast.zone.attempt(
                .hold(.zero, of: cast.zhang, until: Timestamp(milliseconds: .max)),
                by: cast.hospital)
        },
        RefusalScenario("records.erased", "an erased record is held") { cast in
            try cast.prepare()
            try cast.zone.send(.erase(.zero, of: cast.zhang), by: cast.zhang)
            let until = cast.zone.now.advanced(bySeconds: 60)
            return try cast.zone.attempt(
                .hold(.zero, of: cast.zhang, until: until), by: cast.hospital)
        },
        RefusalScenario("records.not-held", "nothing to release") { cast in
            try cast.prepare()
            return try cast.zone.attempt(.release(.zero, of: cast.zhang), by: cast.hospital)
        },
        RefusalScenario("records.not-held", "the hold has ended") { cast in
            try cast.prepare()
            try cast.hold()
            cast.zone.advance(seconds: 60)
            return try cast.zone.attempt(.release(.zero, of: cast.zhang), by: cast.authority)
        },
        RefusalScenario("records.not-writer", "the owner releases") { cast in
            try cast.prepare()
            try cast.hold()
            return try cast.zone.attempt(.release(.zero, of: cast.zhang), by: cast.zhang)
        },
    ]
}

extension TestCast {
    /// A record with identifier zero of zhang, written by the hospital.
    fileprivate func prepare() throws {
        try zone.send(.publish(epoch: 1), by: zhang)
        try zone.send(.write(.zero, of: zhang, RecordContent(zone)), by: hospital)
    }

    fileprivate func hold() throws {
        try zone.send(
            .hold(.zero, of: zhang, until: zone.now.advanced(bySeconds: 60)), by: hospital)
    }

    fileprivate func write(for owner: TestAccount, by sender: TestAccount) throws -> Outcome {
        try zone.attempt(.write(.zero, of: owner, RecordContent(zone)), by: sender)
    }

    fileprivate func amend(by sender: TestAccount) throws -> Outcome {
        try zone.attempt(.amend(.zero, of: zhang, RecordContent(zone)), by: sender)
    }
}
