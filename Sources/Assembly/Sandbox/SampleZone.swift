import Agent
package import Base
package import Cryptography
import FHIRModel
import Ledger
package import Membership
package import Node
import StorageFiles
import System

/// The folder of a sample zone: an authority, two hospitals, a clinic, doctors, residents, a node.
///
/// | name | what |
/// |---|---|
/// | `trust.json` | the public data of the chain |
/// | `node/` | the node's folder |
/// | `authority.keys` | the regulator |
/// | `hospital-a.keys`, `hospital-b.keys`, `clinic.keys` | the institutions |
/// | `doctors/` | a doctor of each institution |
/// | `residents/` | the wallet of the first resident; the others are hosted |
/// | `samples/` | FHIR bundles of synthetic residents |
package struct SampleZone: Sendable {
    /// One institution of the sample.
    package struct Member: Sendable {
        package let file: String
        package let english: String
        package let chinese: String
        package let kind: InstitutionKind
        package let code: String
    }

    /// One doctor of the sample.
    package struct Doctor: Sendable {
        package let file: String
        package let institution: Int
        package let licence: String
        package let roles: [PractitionerRole]
    }

    package static let members = [
        Member(
            file: "hospital-a", english: "First Hospital", chinese: "第一医院", kind: .hospital,
            code: "12330000MA0000001"),
        Member(
            file: "hospital-b", english: "Second Hospital", chinese: "第二医院", kind: .hospital,
            code: "12330000MA0000002"),
        Member(
            file: "clinic", english: "Lakeside Clinic", chinese: "湖滨社区卫生服务中心", kind: .clinic,
            code: "12330000MA0000003"),
    ]

    package static let doctors = [
        Doctor(file: "wang", institution: 0, licence: "SAMPLE-LICENCE-1", roles: [.physician]),
        Doctor(file: "chen", institution: 1, licence: "SAMPLE-LICENCE-2", roles: [.physician]),
        Doctor(file: "li", institution: 2, licence: "SAMPLE-LICENCE-3", roles: [.familyDoctor]),
    ]

    package let path: String
    private let random: any RandomSource
    private let protection = KeystoreProtection.unprotectedForDemonstrationsOnly

    package init(_ path: String, random: any RandomSource) {
        (self.path, self.random) = (path, random)
    }

    package var nodeFolder: NodeFolder { NodeFolder(path + "/node") }

    /// True when the zone has been made.
    package var exists: Bool { FileSystem.exists(path + "/trust.json") }

    /// What a new zone is made with.
    package struct Options: Sendable {
        /// GB/T 2260 code of the province.
        package var province = "33"
        package var name = "Sample zone 示例区"
        package var signatures = SignatureSuite.ed25519
        package var hash = HashSuite.sha256
        /// Residents whose bundles are written into `samples/`.
        package var residents = 20
        package var seed: UInt64 = 2026

        package init() {}
    }

    /// Makes the keys, the genesis document and the node, and runs the founding transactions.
    package func create(
        _ options: Options, time: Timestamp, progress: (String) -> Void
    ) throws {
        for folder in ["", "/doctors", "/residents", "/samples"] {
            try FileSystem.makeFolder(path + folder)
        }
        progress("keys")
        let authority = try store(.authority, "authority", options)
        let institutions = try Self.members.map { try store(.institution, $0.file, options) }
        let doctors = try Self.doctors.map {
            try store(.practitioner, "doctors/" + $0.file, options)
        }
        let resident = try store(.resident, "residents/resident-01", options)
        let samples = SampleResidents(seed: options.seed, province: options.province)
        for index in 0..<options.residents {
            let file = "\(path)/samples/resident-\(Self.number(index + 1)).json"
            try FileSystem.writeAtomically(file, samples.resident(index: index).bundle)
        }
        let node = try openNode(options, authority, institutions[0], time: time)
        defer { node.shutdown() }
        progress("founding")
        try found(node, options, authority, institutions)
        try people(node, institutions, doctors, resident, samples.resident(index: 0))
    }

    private static func number(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private func store(
        _ kind: IdentityKind, _ file: String, _ options: Options
    ) throws -> AgentStore {
        let label = String(file.split(separator: "/").last ?? "")
        let identity = try Identity(
            kind, label: label, suite: options.signatures, random: random)
        return try AgentStore.create(
            identity, at: file + ".keys", on: LinuxDisk(root: path), protection: protection,
            random: random)
    }

    private func openNode(
        _ options: Options, _ authority: AgentStore, _ host: AgentStore, time: Timestamp
    ) throws -> Node {
        guard let regulator = authority.identity.account, let account = host.identity.account,
            let operatorKey = host.identity.signing
        else { preconditionFailure("authorities and institutions have accounts") }
        let validator = try SigningKey(suite: options.signatures, random: random)
        let set = ValidatorSet([Validator(account: account, key: validator.publicKey, weight: 1)])
        guard let set else { preconditionFailure("one validator is a set") }
        let genesis = Genesis(
            zone: options.province, chain: "main", hashSuite: options.hash, time: time,
            authority: regulator, validators: set)
        try nodeFolder.create(
            genesis: genesis, validator: NodeKeyFile(account: account, key: validator),
            operatorKey: NodeKeyFile(account: account, key: operatorKey))
        try FileSystem.writeAtomically(path + "/trust.json", TrustFile(genesis: genesis).text)
        try FileSystem.setPermissions(path + "/trust.json", 0o644)
        return try Node(
            configuration: nodeFolder.configuration(),
            storage: NodeFolder.openStorage(nodeFolder.path))
    }

    /// The authority founds the zone and admits the institutions, which publish their keys.
    private func found(
        _ node: Node, _ options: Options, _ authority: AgentStore, _ institutions: [AgentStore]
    ) throws {
        guard let signer = authority.identity.signer else {
            preconditionFailure("an authority signs")
        }
        let builder = TransactionBuilder(chain: node.configuration.genesis.id, random: random)
        var calls = [MemberCalls.found(name: options.name)]
        for (member, store) in zip(Self.members, institutions) {
            guard let account = store.identity.account, let reading = store.identity.reading,
                let code = SocialCreditCode(completing: member.code)
            else { preconditionFailure("the sample's codes are valid") }
            calls.append(
                MemberCalls.admit(
                    account, name: "\(member.english) \(member.chinese)", code: code.text,
                    kind: member.kind, readingKey: reading.publicKey))
        }
        let port = NodePort(node: node, account: signer.account)
        let founding = try builder.sign(calls, by: signer, head: node.head.height)
        for verdict in try port.submit([founding]) {
            if let refusal = verdict.refusal { throw refusal }
        }
        for store in institutions {
            guard let owner = store.identity.owner else { continue }
            try OwnerDesk(
                owner: owner, port: NodePort(node: node, account: owner.account),
                chain: builder.chain, suite: CipherSuite(besides: options.hash), random: random
            ).publishMissing()
        }
    }

    /// The institutions register their doctors; the first hospital enrols the first resident.
    private func people(
        _ node: Node, _ institutions: [AgentStore], _ doctors: [AgentStore],
        _ resident: AgentStore, _ sample: SampleResident
    ) throws {
        let chain = node.configuration.genesis.id
        for (doctor, store) in zip(Self.doctors, doctors) {
            let institution = institutions[doctor.institution]
            guard let account = institution.identity.account else { continue }
            try InstitutionDesk(
                store: institution, port: NodePort(node: node, account: account), chain: chain,
                random: random
            ).register(store.identity, licenceNumber: doctor.licence, roles: doctor.roles)
        }
        guard let home = institutions[0].identity.account, let wallet = resident.identity.wallet
        else { preconditionFailure("a resident has a wallet") }
        _ = try InstitutionDesk(
            store: institutions[0], port: NodePort(node: node, account: home), chain: chain,
            random: random
        ).enrol(
            wallet, identityNumber: sample.identityNumber, assurance: .documentSeen,
            suite: CipherSuite(besides: node.configuration.genesis.hashSuite))
        try resident.addHome(home)
    }

    /// Imports the sample bundles, the first resident's at the first hospital and the others in
    /// turn.
    ///
    /// - Returns: how many records are final, and the bytes of their resources.
    @discardableResult
    package func importSamples(
        from first: Int = 0, node: Node, time: Timestamp, progress: (Int, Int) -> Void
    ) throws -> (records: Int, bytes: Int) {
        var imported = (records: 0, bytes: 0)
        let files = try FileSystem.list(path + "/samples").filter { $0.hasSuffix(".json") }.sorted()
        let disk = try LinuxDisk(root: path)
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let stores = try Self.members.map {
            try AgentStore.open(
                at: $0.file + ".keys", on: disk, protection: protection, random: random)
        }
        defer { for store in stores { store.close() } }
        for (index, file) in files.enumerated() where index >= first {
            let store = stores[index % stores.count]
            guard let account = store.identity.account else { continue }
            var options = ImportOptions()
            options.enrolsHosted = true
            let pipeline = try ImportPipeline(
                store: store, port: NodePort(node: node, account: account),
                chain: node.configuration.genesis.id,
                suite: CipherSuite(besides: node.configuration.genesis.hashSuite), options: options,
                pool: pool, random: random)
            let bytes = try FileSystem.read(path + "/samples/" + file, limit: 64 << 20)
            let report = try pipeline.run(bytes, name: file, time: time)
            imported.records += report.progress.records
            imported.bytes += report.progress.bytes
            progress(index + 1, files.count)
        }
        return imported
    }
}
