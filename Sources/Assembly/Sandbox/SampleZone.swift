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
        try samples.write(options.residents, to: path + "/samples")
        let node = try openNode(options, authority, institutions[0], time: time)
        defer { node.shutdown() }
        progress("founding")
        let founding = founding(node, options.hash)
        try founding.found(
            options.name, authority, members: Self.members, stores: institutions)
        try founding.people(institutions, doctors, resident, samples.resident(index: 0))
    }

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

    /// Imports the sample bundles, the first resident's at the first hospital and the others in
    /// turn.
    ///
    /// - Returns: how many records are final, and the bytes of their resources.
    @discardableResult
    package func importSamples(
        from first: Int = 0, node: Node, time: Timestamp, progress: (Int, Int) -> Void
    ) throws -> (records: Int, bytes: Int) {
        let stores = try Self.members.map {
            try AgentStore.open(
                at: $0.file + ".keys", on: LinuxDisk(root: path), protection: protection,
                random: random)
        }
        defer { for store in stores { store.close() } }
        return try founding(node, node.configuration.genesis.hashSuite).importSamples(
            in: path, of: stores, from: first, time: time, progress: progress)
    }

    private func founding(_ node: Node, _ hash: HashSuite) -> SampleFounding {
        SampleFounding(
            chain: node.configuration.genesis.id, hash: hash, random: random
        ) { _, signer in NodePort(node: node, account: signer.account) }
    }
}
