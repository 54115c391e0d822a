package import Agent
package import Base
package import Cryptography
import FHIRModel
package import Ledger
import Links
import Membership
package import Node
import StorageFiles
import System

/// The folder of a zone of several institutions, each with a node of its own.
///
/// As in ``SampleZone``, but with `node-1`, `node-2` … instead of `node`: what each institution's
/// machine needs, ready to be carried there. Institutions beyond the third are hospitals.
package struct ClusterZone: Sendable {
    /// What a zone is made with.
    package struct Options: Sendable {
        package var sample = SampleZone.Options()
        /// Institutions with a node: 2 to 16.
        package var institutions = 4
        /// Suites of keys, given out in turn.
        package var signatures: [SignatureSuite] = [.ed25519]
        /// Where all nodes find the ordering engine; nil for none.
        package var engine: NodeFile.Engine?
        /// The host under which nodes find each other, and the address on which they listen.
        package var host = "127.0.0.1"
        package var address = "127.0.0.1"
        /// The port of each node's links.
        package var ports: [UInt16] = [9080, 9081, 9082, 9083]

        package init() {}
    }

    /// Days for which the certificates of links are made.
    private static let certificateDays: UInt64 = 825

    package let path: String
    private let random: any RandomSource
    private let protection = KeystoreProtection.unprotectedForDemonstrationsOnly

    package init(_ path: String, random: any RandomSource) {
        (self.path, self.random) = (path, random)
    }

    /// True when the zone has been made.
    package var exists: Bool { FileSystem.exists(path + "/trust.json") && nodeCount > 0 }

    /// Nodes in the folder.
    package var nodeCount: Int {
        var count = 0
        while node(count).isOneOfSeveral { count += 1 }
        return count
    }

    /// The folder of a node, counted from 0; the names count from 1.
    package func node(_ index: Int) -> NodeFolder { NodeFolder("\(path)/node-\(index + 1)") }

    /// The zone's public data.
    package func trust() throws -> TrustFile {
        try TrustFile(
            parsing: FileSystem.read(path + "/trust.json", limit: TrustFile.byteCount))
    }

    /// The institutions of a zone with so many nodes: those of the sample, and more hospitals.
    package static func members(_ nodes: Int) -> [SampleZone.Member] {
        let ordinals: [(english: String, chinese: String)] = [
            ("Fourth", "第四"), ("Fifth", "第五"), ("Sixth", "第六"), ("Seventh", "第七"),
            ("Eighth", "第八"), ("Ninth", "第九"), ("Tenth", "第十"), ("Eleventh", "第十一"),
            ("Twelfth", "第十二"), ("Thirteenth", "第十三"), ("Fourteenth", "第十四"),
            ("Fifteenth", "第十五"), ("Sixteenth", "第十六"),
        ]
        let more = ordinals.prefix(max(0, nodes - 3)).enumerated().map { index, name in
            let number = index + 4
            return SampleZone.Member(
                file: "hospital-\(number)", english: "\(name.english) Hospital",
                chinese: "\(name.chinese)医院", kind: .hospital,
                code: "12330000MA00000" + (number < 10 ? "0\(number)" : "\(number)"))
        }
        return SampleZone.members + more
    }

    // MARK: Making

    /// Makes the keys of everybody, the genesis document and the nodes' folders; no node runs yet.
    package func create(
        _ options: Options, time: Timestamp, progress: (String) -> Void = { _ in }
    ) throws {
        precondition((2...16).contains(options.institutions))
        precondition(options.ports.count >= options.institutions)
        for folder in ["", "/doctors", "/residents", "/samples"] {
            try FileSystem.makeFolder(path + folder)
        }
        progress("keys")
        func suite(_ index: Int) -> SignatureSuite {
            options.signatures[index % options.signatures.count]
        }
        let authority = try make(.authority, "authority", suite(0))
        let members = Self.members(options.institutions)
        let institutions = try members.enumerated().map {
            try make(.institution, $1.file, suite($0))
        }
        for (index, doctor) in SampleZone.doctors.enumerated() {
            try make(.practitioner, "doctors/" + doctor.file, suite(index)).close()
        }
        try make(.resident, "residents/resident-01", suite(0)).close()
        try SampleResidents(seed: options.sample.seed, province: options.sample.province)
            .write(options.sample.residents, to: path + "/samples")
        defer { for store in institutions + [authority] { store.close() } }
        progress("nodes")
        try nodes(options, members, institutions, authority, time: time, suite: suite)
    }

    @discardableResult
    private func make(
        _ kind: IdentityKind, _ file: String, _ suite: SignatureSuite
    ) throws -> AgentStore {
        let label = String(file.split(separator: "/").last ?? "")
        return try AgentStore.create(
            Identity(kind, label: label, suite: suite, random: random), at: file + ".keys",
            on: LinuxDisk(root: path), protection: protection, random: random)
    }

    private func nodes(
        _ options: Options, _ members: [SampleZone.Member], _ institutions: [AgentStore],
        _ authority: AgentStore, time: Timestamp, suite: (Int) -> SignatureSuite
    ) throws {
        var validators: [(file: NodeKeyFile, operatorKey: NodeKeyFile, name: String)] = []
        for index in 0..<options.institutions {
            let identity = institutions[index].identity
            guard let account = identity.account, let operatorKey = identity.signing else {
                preconditionFailure("institutions have accounts")
            }
            let key = try SigningKey(suite: suite(index), random: random)
            validators.append(
                (
                    NodeKeyFile(account: account, key: key),
                    NodeKeyFile(account: account, key: operatorKey), members[index].file
                ))
        }
        let set = ValidatorSet(
            validators.map {
                Validator(account: $0.file.account, key: $0.file.key.publicKey, weight: 1)
            })
        guard let set, let regulator = authority.identity.account else {
            preconditionFailure("new accounts differ")
        }
        let genesis = Genesis(
            zone: options.sample.province, chain: "main", hashSuite: options.sample.hash,
            time: time, authority: regulator, validators: set)
        let peers = validators.enumerated().map { index, validator in
            NodeFile.Peer(
                name: validator.name, account: validator.file.account,
                key: validator.file.key.publicKey, host: options.host, port: options.ports[index])
        }
        for (index, validator) in validators.enumerated() {
            var file = NodeFile(
                name: validator.name,
                listen: .init(address: options.address, port: options.ports[index]))
            file.peers = peers.enumerated().filter { $0.offset != index }.map(\.element)
            file.engine = options.engine
            try node(index).create(
                genesis: genesis, validator: validator.file, operatorKey: validator.operatorKey,
                file: file,
                certificate: .make(
                    name: validator.name, from: time, days: Self.certificateDays))
        }
        try FileSystem.writeAtomically(path + "/trust.json", TrustFile(genesis: genesis).text)
        try FileSystem.setPermissions(path + "/trust.json", 0o644)
    }

    // MARK: Founding

    /// Opens a keystore of the zone; the caller closes it.
    package func open(_ name: String) throws -> AgentStore {
        try AgentStore.open(
            at: name + ".keys", on: LinuxDisk(root: path), protection: protection, random: random)
    }

    /// Founds the zone over running nodes, and admits its institutions, doctors and first resident.
    ///
    /// What was done before is not done again.
    /// - Parameters:
    ///   - urls: where each node answers; institutions without a node use the first.
    ///   - imports: whether the sample residents' files are imported too.
    package func found(
        name: String, urls: [String], imports: Bool, options: SampleZone.Options, time: Timestamp,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let trust = try trust()
        let founding = SampleFounding(
            chain: trust.genesis.id, hash: trust.genesis.hashSuite, random: random
        ) { institution, signer in
            HTTPPort(
                url: urls[institution < urls.count ? institution : 0], signer: signer,
                expecting: trust.genesis.id)
        }
        let members = Self.members(urls.count)
        var opened: [AgentStore] = []
        defer { for store in opened { store.close() } }
        func store(_ name: String) throws -> AgentStore {
            let store = try open(name)
            opened.append(store)
            return store
        }
        let institutions = try members.map { try store($0.file) }
        try founding.found(
            name, try store("authority"), members: members, stores: institutions)
        let samples = SampleResidents(seed: options.seed, province: trust.genesis.zone)
        try founding.people(
            institutions, try SampleZone.doctors.map { try store("doctors/" + $0.file) },
            try store("residents/resident-01"), samples.resident(index: 0))
        if imports {
            _ = try founding.importSamples(
                in: path, of: institutions, from: 0, time: time, progress: progress)
        }
    }
}
