import Base
import Cryptography
import Ledger
import Membership
import Storage
import Synchronization
import System

/// Checks transactions before they enter the pool: cheap checks first, signatures in parallel.
final class Admission: BlockObserver {
    /// Accounts remembered as known senders.
    private static let knownSenders = 65_536

    private struct Sender: Hashable {
        let account: AccountID
        let key: PublicKey
    }

    private let senders = Mutex<Set<Sender>>([])
    private let authority: AccountID
    private let store: any KeyValueStore
    private let workers: WorkerPool

    init(genesis: Genesis, store: any KeyValueStore, workers: WorkerPool) {
        authority = genesis.authority
        (self.store, self.workers) = (store, workers)
    }

    /// Checks a batch against the head; each transaction has its own verdict.
    func check(
        _ encoded: [[UInt8]], head: Replica, pool: Pool
    ) -> [Result<SignedTransaction, TransactionError>] {
        workers.map(encoded, chunk: 32) { bytes in
            do throws(TransactionError) {
                return .success(try self.check(bytes, head: head, pool: pool))
            } catch {
                return .failure(error)
            }
        }
    }

    private func check(
        _ bytes: [UInt8], head: Replica, pool: Pool
    ) throws(TransactionError) -> SignedTransaction {
        let transaction = try SignedTransaction(decoding: bytes)
        if let error = head.admissionError(transaction) { throw error }
        guard !pool.contains(transaction.id) else { throw .duplicate(transaction.id) }
        guard transaction.hasValidSignatures else { throw .signature }
        try checkSender(transaction, head.head.validators)
        return transaction
    }

    /// A sender must be a member or a validator: strangers cannot fill the chain with failures.
    private func checkSender(
        _ transaction: SignedTransaction, _ validators: ValidatorSet
    ) throws(TransactionError) {
        let sender = Sender(account: transaction.body.sender, key: transaction.signatures[0].key)
        if senders.withLock({ $0.contains(sender) }) { return }
        let isWelcome: Bool
        do throws(StorageError) {
            let state = StateSpace(store)
            let standing = try Directory.standing(of: sender.account, in: state)
            let isMember =
                standing != .unknown || sender.account == authority
                || validators.validators.contains { $0.account == sender.account }
            let mayUseKey = try Accounts.authorises(sender.key, for: sender.account) {
                (key) throws(StorageError) in try state.value(for: key)
            }
            isWelcome = isMember && mayUseKey
        } catch {
            throw .unavailable(error.refusal.code)
        }
        guard isWelcome else { throw .unknownSender }
        senders.withLock { senders in
            if senders.count >= Self.knownSenders { senders.removeAll() }
            senders.insert(sender)
        }
    }

    /// Forgets known senders when keys or memberships change.
    func committed(_ block: ExecutedBlock) {
        let tables = ["ledger/", "membership/"].map { Array($0.utf8) }
        let changed = block.changes.contains { change in
            tables.contains { change.key.starts(with: $0) }
        }
        if changed { senders.withLock { $0.removeAll() } }
    }
}
