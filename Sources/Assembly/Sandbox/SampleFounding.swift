import Agent
import Base
import Cryptography
import FHIRModel
import Keys
import Ledger
import Membership
import System

/// Brings the sample's institutions, doctors and residents onto a chain, through whatever reaches
/// it.
///
/// What the chain knows already is not done again, so that a founding that broke off goes on.
struct SampleFounding {
    let chain: Hash256
    let hash: HashSuite
    let random: any RandomSource
    /// A port for a signer, to the node of an institution, counted from 0.
    let port: (_ institution: Int, Signer) -> any LedgerPort

    /// The authority founds the zone and admits the institutions, which publish their keys.
    func found(
        _ name: String, _ authority: AgentStore, members: [SampleZone.Member],
        stores: [AgentStore]
    ) throws {
        guard let signer = authority.identity.signer else {
            preconditionFailure("an authority signs")
        }
        var calls = [MemberCalls.found(name: name)]
        for (member, store) in zip(members, stores) {
            guard let account = store.identity.account, let reading = store.identity.reading,
                let code = SocialCreditCode(completing: member.code)
            else { preconditionFailure("the sample's codes are valid") }
            calls.append(
                MemberCalls.admit(
                    account, name: "\(member.english) \(member.chinese)", code: code.text,
                    kind: member.kind, readingKey: reading.publicKey))
        }
        let port = port(0, signer)
        guard let first = stores.first?.identity.account else { return }
        if try port.member(first) == nil {
            let founding = try TransactionBuilder(chain: chain, random: random).sign(
                calls, by: signer, head: try port.chain().height)
            for verdict in try port.submit([founding]) {
                if let refusal = verdict.refusal { throw refusal }
            }
        }
        for (index, store) in stores.enumerated() {
            guard let owner = store.identity.owner, let signer = store.identity.signer else {
                continue
            }
            try OwnerDesk(
                owner: owner, port: self.port(index, signer), chain: chain,
                suite: CipherSuite(besides: hash), random: random
            ).publishMissing()
        }
    }

    /// The institutions register their doctors; the first hospital enrols the first resident.
    func people(
        _ institutions: [AgentStore], _ doctors: [AgentStore], _ resident: AgentStore,
        _ sample: SampleResident
    ) throws {
        for (doctor, store) in zip(SampleZone.doctors, doctors) {
            let institution = institutions[doctor.institution]
            guard let signer = institution.identity.signer, let account = store.identity.account
            else { continue }
            let port = port(doctor.institution, signer)
            guard try port.member(account) == nil else { continue }
            try InstitutionDesk(store: institution, port: port, chain: chain, random: random)
                .register(store.identity, licenceNumber: doctor.licence, roles: doctor.roles)
        }
        guard let home = institutions[0].identity.signer, let wallet = resident.identity.wallet
        else { preconditionFailure("a resident has a wallet") }
        _ = try InstitutionDesk(
            store: institutions[0], port: port(0, home), chain: chain, random: random
        ).enrol(
            wallet, identityNumber: sample.identityNumber, assurance: .documentSeen,
            suite: CipherSuite(besides: hash))
        if !resident.identity.homes.contains(home.account) { try resident.addHome(home.account) }
    }

    /// Imports the bundles of a zone's folder, the first resident's at the first institution and
    /// the others in turn.
    ///
    /// - Returns: how many records are final, and the bytes of their resources.
    func importSamples(
        in path: String, of stores: [AgentStore], from first: Int, time: Timestamp,
        progress: (Int, Int) -> Void
    ) throws -> (records: Int, bytes: Int) {
        var imported = (records: 0, bytes: 0)
        let files = try FileSystem.list(path + "/samples").filter { $0.hasSuffix(".json") }.sorted()
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        for (index, file) in files.enumerated() where index >= first {
            let institution = index % stores.count
            guard let signer = stores[institution].identity.signer else { continue }
            var options = ImportOptions()
            options.enrolsHosted = true
            let pipeline = try ImportPipeline(
                store: stores[institution], port: port(institution, signer), chain: chain,
                suite: CipherSuite(besides: hash), options: options, pool: pool, random: random)
            let bytes = try FileSystem.read(path + "/samples/" + file, limit: 64 << 20)
            let report = try pipeline.run(bytes, name: file, time: time)
            imported.records += report.progress.records
            imported.bytes += report.progress.bytes
            progress(index + 1, files.count)
        }
        return imported
    }
}

extension SampleResidents {
    /// Writes the bundles of the first residents, a file each.
    func write(_ count: Int, to folder: String) throws(SystemError) {
        for index in 0..<count {
            let number = index + 1 < 10 ? "0\(index + 1)" : "\(index + 1)"
            try FileSystem.writeAtomically(
                "\(folder)/resident-\(number).json", resident(index: index).bundle)
        }
    }
}
