import Agent
import Base
import Cryptography
import FHIRModel
import Ledger
import Membership
import System

/// A founded zone with two hospitals and a doctor in the second.
struct TestZone {
    let random: SeededRandom
    let ledger: TestLedger
    let hospital: AgentStore
    let otherHospital: AgentStore
    let doctor: AgentStore
    let pool = WorkerPool(threads: 1)

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        ledger = try TestLedger(random: random)
        hospital = try Self.member(.institution, random)
        otherHospital = try Self.member(.institution, random)
        doctor = try Self.member(.practitioner, random)
        guard let authority = ledger.authority.signer else { return }
        try ledger.must([MemberCalls.found(name: "浙江")], by: authority, random: random)
        for (store, code) in [
            (hospital, "91330106673959654P"), (otherHospital, "91330000142915651H"),
        ] {
            guard let account = store.identity.account, let reading = store.identity.reading else {
                continue
            }
            try ledger.must(
                [
                    MemberCalls.admit(
                        account, name: "医院", code: code, kind: .hospital,
                        readingKey: reading.publicKey)
                ], by: authority, random: random)
        }
        try register(doctor, at: otherHospital)
    }

    private static func member(_ kind: IdentityKind, _ random: SeededRandom) throws -> AgentStore {
        AgentStore(inMemory: try Identity(kind, label: kind.name, random: random))
    }

    /// Registers a practitioner at an institution.
    func register(_ doctor: AgentStore, at institution: AgentStore) throws {
        guard let signer = doctor.identity.signer, let reading = doctor.identity.reading,
            let employer = institution.identity.signer,
            let secret = institution.identity.registrySecret
        else { return }
        try ledger.must(
            [
                MemberCalls.register(
                    signer.account, licenceNumber: "110330000012345", roles: [.physician],
                    readingKey: reading.publicKey, registrySecret: secret)
            ], by: employer, with: [signer], random: random)
    }

    func port(_ store: AgentStore) -> TestPort {
        ledger.port(for: store.identity.account ?? AccountID(.zero))
    }

    /// A pipeline of the first hospital.
    func pipeline(
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) throws(ImportFailure) -> ImportPipeline {
        var options = ImportOptions()
        options.enrolsHosted = true
        options.batchCount = 4
        options.callsPerTransaction = 3
        change(&options)
        return try ImportPipeline(
            store: hospital, port: port(hospital), chain: ledger.chain, suite: .aes256GCM,
            options: options, pool: pool, random: random)
    }

    /// The desk of an owner whose keys the first hospital holds.
    func desk(_ owner: AccountID) -> OwnerDesk? {
        OwnerLookup.keys(of: owner, in: hospital).map {
            OwnerDesk(
                owner: $0, port: ledger.port(for: owner), chain: ledger.chain, suite: .aes256GCM,
                random: random)
        }
    }
}
