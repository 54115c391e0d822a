import Base
import ContractKit
import Encoding
import FHIRModel
import Keys
import Ledger
import Membership
import Storage
import Testing

@Suite("Keys")
struct KeysTests {
    private let key = [UInt8](repeating: 7, count: 32)

    @Test("publishes epochs one after the other, for each domain apart")
    func epochs() throws {
        let cast = try TestCast()
        let state = cast.zone.store
        let owner = cast.zhang.id
        #expect(try DomainKeys.currentEpoch(owner, domain: 1, in: state) == nil)
        for epoch in UInt64(1)...3 {
            let bytes = [UInt8](repeating: UInt8(epoch), count: 32)
            try cast.zone.send(.publish(domain: 1, epoch: epoch, key: bytes), by: cast.zhang)
            let current = try DomainKeys.currentKey(owner, domain: 1, in: state)
            #expect(current?.epoch == epoch)
            #expect(current?.key == DomainKey(publicKey: bytes))
        }
        try cast.zone.send(.publish(domain: 2, epoch: 1, key: key), by: cast.zhang)
        #expect(
            try DomainKeys.key(owner, domain: 1, epoch: 2, in: state)?.publicKey
                == [UInt8](repeating: 2, count: 32))
        #expect(try DomainKeys.currentEpoch(owner, domain: 2, in: state) == 1)
        #expect(try DomainKeys.currentEpoch(cast.li.id, domain: 1, in: state) == nil)
        #expect(try state.value(for: DomainKeys.epochStateKey(owner, domain: 1)) != nil)
    }

    @Test("lets institutions own keys too")
    func institutionKeys() throws {
        let cast = try TestCast()
        let events = try cast.zone.send(
            .publish(domain: 12, epoch: 1, key: key), by: cast.hospital)
        #expect(
            events == [
                Event(
                    module: "keys", name: "published", accounts: [cast.hospital.id],
                    data: [0x82, 12, 1])
            ])
    }

    @Test("grants an epoch to readers, seals it again, and withdraws it")
    func grants() throws {
        let cast = try TestCast()
        let (zone, state) = (cast.zone, cast.zone.store)
        let consent = zone.random.hash256()
        try zone.send(.publish(domain: 1, epoch: 1, key: key), by: cast.zhang)
        func grant(_ reader: TestAccount) throws -> KeyGrant? {
            try DomainKeys.grant(
                cast.zhang.id, domain: 1, epoch: 1, grantee: reader.id, in: state)
        }
        for reader in [cast.familyDoctor, cast.clinic] {
            let events = try zone.send(
                .grantKey(to: reader, sealed: [1, 2], consent: consent), by: cast.zhang)
            #expect(events.map(\.accounts) == [[cast.zhang.id, reader.id]])
        }
        #expect(try grant(cast.clinic) == KeyGrant(sealed: [1, 2], consent: consent))
        try zone.send(.grantKey(to: cast.clinic, sealed: [3], consent: consent), by: cast.zhang)
        #expect(try grant(cast.clinic)?.sealed == [3])
        let listed = try DomainKeys.grants(
            cast.zhang.id, domain: 1, epoch: 1, limit: 10, in: state)
        #expect(listed.map(\.grantee) == [cast.familyDoctor.id, cast.clinic.id].sorted())
        let second = try DomainKeys.grants(
            cast.zhang.id, domain: 1, epoch: 1, after: listed.first?.grantee, limit: 10,
            in: state)
        #expect(second == Array(listed.dropFirst()))
        // Taking back works even when the owner is suspended.
        try cast.set(cast.zhang, .suspended)
        try zone.send(.withdraw(from: cast.clinic), by: cast.zhang)
        #expect(try grant(cast.clinic) == nil)
        #expect(try grant(cast.familyDoctor) != nil)
    }
}

@Suite("Keys refuse")
struct KeysRefusalTests {
    @Test("each broken rule with its own code, changing nothing", arguments: scenarios)
    func refuses(_ scenario: RefusalScenario) throws { try scenario.check() }

    @Test("no code without a scenario")
    func completeness() {
        let codes = Set(Self.scenarios.map(\.code))
        #expect(codes.isSuperset(of: KeysContract.refusals.map(\.code)))
    }

    static let scenarios: [RefusalScenario] = [
        RefusalScenario("keys.epoch-order", "the first epoch is 2") { cast in
            try cast.zone.attempt(.publish(epoch: 2), by: cast.zhang)
        },
        RefusalScenario("keys.epoch-order", "the first epoch is 0") { cast in
            try cast.zone.attempt(.publish(epoch: 0), by: cast.zhang)
        },
        RefusalScenario("keys.epoch-order", "the same epoch twice") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            return try cast.zone.attempt(.publish(epoch: 1), by: cast.zhang)
        },
        RefusalScenario("keys.epoch-order", "an epoch is left out") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            return try cast.zone.attempt(.publish(epoch: 3), by: cast.zhang)
        },
        RefusalScenario("keys.epoch-unknown", "a grant before the key") { cast in
            try cast.zone.attempt(.grantKey(to: cast.doctor), by: cast.zhang)
        },
        RefusalScenario("keys.grantee-unknown", "a stranger") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            return try cast.zone.attempt(.grantKey(to: cast.stranger), by: cast.zhang)
        },
        RefusalScenario("keys.grantee-unknown", "a resident, who has no reading key") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            return try cast.zone.attempt(.grantKey(to: cast.li), by: cast.zhang)
        },
        RefusalScenario("keys.grantee-unknown", "a doctor of a suspended clinic") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            try cast.set(cast.clinic, .suspended)
            return try cast.zone.attempt(.grantKey(to: cast.familyDoctor), by: cast.zhang)
        },
        RefusalScenario("keys.grant-unknown", "nothing was granted") { cast in
            try cast.zone.attempt(.withdraw(from: cast.doctor), by: cast.zhang)
        },
        RefusalScenario("keys.grant-unknown", "another owner's grant") { cast in
            try cast.zone.send(
                .publish(epoch: 1), .grantKey(to: cast.doctor), by: cast.zhang)
            return try cast.zone.attempt(.withdraw(from: cast.doctor), by: cast.li)
        },
        RefusalScenario("caller.not-member", "a stranger publishes") { cast in
            try cast.zone.attempt(.publish(epoch: 1), by: cast.stranger)
        },
        RefusalScenario("caller.not-member", "a doctor, who owns no records, publishes") { cast in
            try cast.zone.attempt(.publish(epoch: 1), by: cast.doctor)
        },
        RefusalScenario("caller.suspended", "a suspended resident grants") { cast in
            try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
            try cast.set(cast.zhang, .suspended)
            return try cast.zone.attempt(.grantKey(to: cast.doctor), by: cast.zhang)
        },
        RefusalScenario("caller.revoked", "a revoked institution publishes") { cast in
            try cast.set(cast.clinic, .revoked)
            return try cast.zone.attempt(.publish(epoch: 1), by: cast.clinic)
        },
    ]
}

extension Call {
    static func publish(
        domain: UInt8 = Domain.medical.rawValue, epoch: UInt64,
        key: [UInt8] = [UInt8](repeating: 9, count: 32)
    ) -> Call {
        Call(
            KeysContract.self, "publish",
            KeysContract.Publish(domain: domain, epoch: epoch, key: key))
    }

    static func grantKey(
        to reader: TestAccount, epoch: UInt64 = 1, sealed: [UInt8] = [1], consent: Hash256 = .zero
    ) -> Call {
        Call(
            KeysContract.self, "grant",
            KeysContract.GrantKeys(
                domain: 1, epoch: epoch, grantee: reader.id, sealed: sealed, consent: consent))
    }

    static func withdraw(from reader: TestAccount) -> Call {
        Call(
            KeysContract.self, "withdraw",
            KeysContract.Withdraw(domain: 1, epoch: 1, grantee: reader.id))
    }
}
