package import Base
import Cryptography
import Finality
package import Ledger
package import Links
import Ordering
import OrderingEtcd
import Storage
import StorageFiles
package import System

/// What the folder of a node among others holds besides:
///
/// | name | what |
/// |---|---|
/// | `node.json` | the other nodes and the ordering engine: ``NodeFile`` |
/// | `link.crt`, `link.key` | the certificate of the links |
/// | `votes/` | what this validator signed; in no backup |
/// | `restored` | there while the folder came out of a backup |
/// | `release.wish`, `release.answer` | how an operator lets the validator vote again |
/// | `address` | where the running node answers |
extension NodeFolder {
    private var nodeFile: String { path + "/node.json" }
    private var addressFile: String { path + "/address" }

    /// True when the node makes blocks with others.
    package var isOneOfSeveral: Bool { FileSystem.exists(nodeFile) }

    package var operatorDesk: OperatorDesk { OperatorDesk(folder: path) }

    /// Makes the folder of a new node among others, which has signed nothing yet.
    package func create(
        genesis: Genesis, validator: NodeKeyFile, operatorKey: NodeKeyFile, file: NodeFile,
        certificate: LinkCertificate
    ) throws {
        try create(genesis: genesis, validator: validator, operatorKey: operatorKey)
        try certificate.write(
            certificatePath: path + "/link.crt", keyPath: path + "/link.key")
        let votes = try openVotes()
        defer { votes.close() }
        try VoteJournal.found(votes)
        // Last: a folder that is not complete is none of several.
        try write(file)
    }

    /// Replaces `node.json`.
    package func write(_ file: NodeFile) throws(SystemError) {
        try FileSystem.writeAtomically(nodeFile, file.text)
    }

    /// Reads `node.json`; nil for a node that is alone.
    package func readNodeFile() throws(Refusal) -> NodeFile? {
        guard isOneOfSeveral else { return nil }
        let text: [UInt8]
        do throws(SystemError) {
            text = try FileSystem.read(nodeFile, limit: NodeFile.byteCount)
        } catch {
            throw error.refusal
        }
        return try NodeFile(parsing: text)
    }

    /// How the node takes part; nil for one that is alone.
    func cluster(_ genesis: Genesis, _ logger: Logger) throws(Refusal) -> ClusterConfiguration? {
        guard let file = try readNodeFile() else { return nil }
        var openEngine: (@Sendable (any OrderingReceiver) throws -> any OrderingEngine)?
        if let settings = try engineSettings(file, genesis) {
            openEngine = { try EtcdOrdering(settings, receiver: $0) }
        }
        let votes: FileJournal
        do throws(StorageError) { votes = try openVotes() } catch { throw error.refusal }
        var cluster = ClusterConfiguration(
            transport: try transport(file, genesis, logger), openEngine: openEngine, votes: votes)
        cluster.timing = file.timing
        cluster.desk = operatorDesk
        let mark = restoredFile
        cluster.isRestored = isRestored
        // A mark that stays is safe: the validator waits again at the next start.
        cluster.released = { try? FileSystem.removeFile(mark) }
        return cluster
    }

    private func openVotes() throws(StorageError) -> FileJournal {
        try FileJournal(
            on: LinuxDisk(root: path), folder: "votes",
            FileLogSettings(
                suite: .sha256, random: SystemRandom(),
                segmentByteCount: FileLogSettings.journalSegmentByteCount))
    }

    private func transport(
        _ file: NodeFile, _ genesis: Genesis, _ logger: Logger
    ) throws(Refusal) -> LinkTransport {
        let certificate: LinkCertificate
        do throws(LinkError) {
            certificate = try LinkCertificate.read(
                certificatePath: path + "/link.crt", keyPath: path + "/link.key")
        } catch {
            throw error.refusal
        }
        var settings = LinkTransport.Settings(
            chain: genesis.id, certificate: certificate,
            listen: file.listen.map { .init(address: $0.address, port: $0.port) })
        settings.peers = file.peers.map { LinkPeer(key: $0.key, host: $0.host, port: $0.port) }
        settings.observers = Set(file.observers.map(\.key))
        settings.logger = logger
        return LinkTransport(settings, random: SystemRandom())
    }

    private func engineSettings(
        _ file: NodeFile, _ genesis: Genesis
    ) throws(Refusal) -> EtcdSettings? {
        guard let engine = file.engine else { return nil }
        func place(_ name: String?) -> String? {
            name.map { $0.hasPrefix("/") ? $0 : "\(path)/\($0)" }
        }
        var settings = EtcdSettings(endpoints: engine.endpoints, chain: genesis.id)
        settings.certificateAuthorityFile = place(engine.authorityFile)
        settings.clientCertificateFile = place(engine.certificateFile)
        settings.clientKeyFile = place(engine.keyFile)
        settings.user = engine.user
        if let name = place(engine.passwordFile) {
            do throws(SystemError) {
                let text = String(decoding: try FileSystem.read(name, limit: 4096), as: UTF8.self)
                settings.password = text.split(whereSeparator: \.isNewline).first.map(String.init)
            } catch {
                throw error.refusal
            }
        }
        return settings
    }

    // MARK: The address

    /// Notes where the running node answers, for `kanglian status` on this machine.
    package func announce(_ url: String) throws(SystemError) {
        try FileSystem.writeAtomically(addressFile, Array((url + "\n").utf8))
    }

    /// The node does not answer any more.
    package func withdrawAddress() { try? FileSystem.removeFile(addressFile) }

    /// Where the node answered when it was last heard of; nil when it was stopped.
    package var address: String? {
        (try? FileSystem.read(addressFile, limit: 1024)).map {
            String(decoding: $0, as: UTF8.self).filter { !$0.isNewline }
        }
    }
}
