package import Base
import Cryptography
package import Ledger
package import Storage
import Synchronization

/// An identity with its memory: the keystore, and the journal beside it.
///
/// One process may have a store open at a time; the caller holds the folder's lock.
package final class AgentStore: Sendable {
    private struct Inside {
        var identity: Identity
        var state: AgentState
        var journal: AgentJournal?
    }

    /// Where the store's keystore lies, and how to write it again.
    private struct Home: Sendable {
        let disk: any Disk
        let path: String
        let protection: KeystoreProtection
        let random: any RandomSource
    }

    private let home: Home?
    private let inside: Mutex<Inside>

    private init(home: Home?, inside: sending Inside) {
        self.home = home
        self.inside = Mutex(inside)
    }

    /// A store that is gone with the process: for tests and benchmarks.
    package convenience init(inMemory identity: Identity) {
        self.init(
            home: nil, inside: Inside(identity: identity, state: AgentState(), journal: nil))
    }

    /// Writes a new identity to a path at which there is none; durable when this returns.
    package static func create(
        _ identity: Identity, at path: String, on disk: any Disk,
        protection: KeystoreProtection, random: any RandomSource
    ) throws(AgentStoreError) -> AgentStore {
        let isTaken: Bool
        do throws(StorageError) {
            let hasJournal = try disk.exists(journalPath(path))
            let hasKeystore = try disk.exists(path)
            isTaken = hasJournal || hasKeystore
        } catch { throw .storage(error) }
        guard !isTaken else { throw .exists }
        try write(identity, path, disk, protection, random)
        return try open(identity, path, disk, protection, random)
    }

    /// Opens an existing identity.
    ///
    /// The protection must fit how the keystore was written; it is used again to rewrite it.
    package static func open(
        at path: String, on disk: any Disk, protection: KeystoreProtection,
        random: any RandomSource
    ) throws(AgentStoreError) -> AgentStore {
        let bytes = try AgentJournal.read(path, on: disk)
        let identity: Identity
        do throws(KeystoreError) {
            switch protection {
            case .unprotectedForDemonstrationsOnly:
                identity = try Keystore.open(bytes, passphrase: nil)
            case .passphrase(let passphrase, _):
                identity = try Keystore.open(bytes, passphrase: passphrase)
            }
        } catch { throw .keystore(error) }
        return try open(identity, path, disk, protection, random)
    }

    private static func open(
        _ identity: Identity, _ path: String, _ disk: any Disk,
        _ protection: KeystoreProtection, _ random: any RandomSource
    ) throws(AgentStoreError) -> AgentStore {
        let codec = JournalFrames(
            key: identity.journalKey, suite: identity.cipher, random: random)
        let (journal, entries) = try AgentJournal.open(journalPath(path), on: disk, codec: codec)
        var state = AgentState()
        for entry in entries { state.apply(entry) }
        return AgentStore(
            home: Home(disk: disk, path: path, protection: protection, random: random),
            inside: Inside(identity: identity, state: state, journal: journal))
    }

    private static func journalPath(_ path: String) -> String { path + ".journal" }

    private static func write(
        _ identity: Identity, _ path: String, _ disk: any Disk,
        _ protection: KeystoreProtection, _ random: any RandomSource
    ) throws(AgentStoreError) {
        let bytes: [UInt8]
        do throws(KeystoreError) {
            bytes = try Keystore.encode(identity, protection: protection, random: random)
        } catch { throw .keystore(error) }
        try AgentJournal.replace(path, with: bytes, on: disk)
    }

    // MARK: Use

    /// Whose store it is.
    package var identity: Identity { inside.withLock { $0.identity } }

    /// What is remembered now: a copy.
    package var state: AgentState { inside.withLock { $0.state } }

    /// Reads from what is remembered without copying it.
    package func reading<Value: Sendable>(_ body: (AgentState) -> Value) -> Value {
        inside.withLock { body($0.state) }
    }

    /// Remembers entries; durable when this returns.
    package func remember(_ entries: [JournalEntry]) throws(AgentStoreError) {
        guard !entries.isEmpty else { return }
        try inside.withLock { (inside) throws(AgentStoreError) in
            try inside.journal?.append(entries)
            for entry in entries { inside.state.apply(entry) }
        }
    }

    /// Remembers an institution at which a resident has a pseudonym; durable when this returns.
    package func addHome(_ institution: AccountID) throws(AgentStoreError) {
        try inside.withLock { (inside) throws(AgentStoreError) in
            var identity = inside.identity
            identity.addHome(institution)
            if let home {
                try Self.write(identity, home.path, home.disk, home.protection, home.random)
            }
            inside.identity = identity
        }
    }

    /// The wallet of a resident whom this institution hosts; nil when it does not.
    package func hostedWallet(of pseudonym: AccountID) -> ResidentWallet? {
        inside.withLock { inside in
            inside.state.wallets[pseudonym].map {
                ResidentWallet(root: $0, suite: inside.identity.suite)
            }
        }
    }

    /// Ends the use of the files.
    package func close() { inside.withLock { $0.journal?.close() } }
}
