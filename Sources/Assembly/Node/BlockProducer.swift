import Base
import Cryptography
import Ledger
import Storage
import Synchronization

/// What other parts of the node learn of each new block, on the producer's thread: be brief.
protocol BlockObserver: AnyObject, Sendable {
    func committed(_ block: ExecutedBlock)
}

/// Makes blocks: takes the pool's batches through numbering, execution, certificate and disk.
///
/// There is no timer. While one block is executed and synced, the next batch gathers in the pool:
/// an idle node answers at once and a busy one makes large blocks.
// @unchecked: made by the node, then used by the thread "blocks" alone.
final class BlockProducer: @unchecked Sendable {
    /// Why the producer stopped for good; nil while it works.
    enum Halt: Error, Hashable, Sendable {
        case stopped
        case storage(StorageError)
    }

    private let chain: ChainStore
    private let pool: Pool
    private let signer: ValidatorSigner
    private let clock: @Sendable () -> Timestamp
    private let observers: [any BlockObserver]
    private let publish: (Head) -> Void

    init(
        chain: ChainStore, pool: Pool, signer: ValidatorSigner,
        clock: @escaping @Sendable () -> Timestamp, observers: [any BlockObserver],
        publish: @escaping (Head) -> Void
    ) {
        (self.chain, self.pool, self.signer, self.clock) = (chain, pool, signer, clock)
        (self.observers, self.publish) = (observers, publish)
    }

    /// Makes blocks until the pool is empty.
    ///
    /// - Throws: ``Halt/storage(_:)`` when the block log failed, or a durable block's rows could
    ///   not be written: the node must stop, be opened anew and replay. A block for which there is
    ///   no space is refused, not thrown: the next one is tried again.
    func drain() throws(Halt) {
        while true {
            let waiting = pool.take()
            if waiting.isEmpty { return }
            try produce(waiting)
        }
    }

    private func produce(_ waiting: [Pool.Waiting]) throws(Halt) {
        let block: ExecutedBlock
        do {
            let executed = try chain.execute(
                waiting.map(\.transaction), position: nextPosition, time: clock())
            guard let executed else {
                refuse(waiting, because: StorageError.inputOutput("nothing was ordered"))
                return
            }
            block = executed
        } catch {
            refuse(waiting, because: error)
            return
        }
        if !block.entries.isEmpty {
            do {
                let certificate = try signer.certify(block, set: chain.head.validators)
                try chain.append(block, certificate)
            } catch {
                chain.abandon()
                refuse(waiting, because: error)
                // After a failed sync nobody knows what is on the device: no more is promised.
                if let failure = error as? StorageError, !Self.mayBeTriedAgain(failure) {
                    throw .storage(failure)
                }
                return
            }
            do throws(StorageError) {
                try chain.writeState(block) { $0 }
            } catch {
                // The block is durable, but nobody is told so before a restart has replayed it.
                refuse(waiting, because: error)
                throw .storage(error)
            }
            publish(chain.head)
        }
        report(block, waiting)
    }

    /// Where the next batch stands: one node needs no engine to number its own batches, and a
    /// number is used up only when its block is on the chain.
    private var nextPosition: OrderingPosition {
        let (stream, next) = (chain.head.position.stream, chain.head.position.last + 1)
        return OrderingPosition(stream: stream, first: next, last: next)
    }

    private static func mayBeTriedAgain(_ failure: StorageError) -> Bool {
        switch failure {
        case .full, .unwritable, .oversized: true
        default: false
        }
    }

    /// Refuses what still waits when the producer has stopped for good and the pool is closed.
    func refuseRest(because reason: StorageError) {
        while case let waiting = pool.take(), !waiting.isEmpty { refuse(waiting, because: reason) }
    }

    private func refuse(_ waiting: [Pool.Waiting], because error: any Error) {
        pool.forget(waiting.map(\.transaction.id))
        let reason =
            (error as? StorageError)?.refusal.code
            ?? (error as? CertifyError == .noQuorum ? "node.needs-validators" : "ordering")
        for item in waiting { item.observer?(.refused(.unavailable(reason))) }
    }

    private func report(_ block: ExecutedBlock, _ waiting: [Pool.Waiting]) {
        for observer in observers where !block.entries.isEmpty { observer.committed(block) }
        pool.forget(waiting.map(\.transaction.id))
        var refused = block.refused[...]
        var place = 0
        for item in waiting {
            if let first = refused.first, first.id == item.transaction.id {
                item.observer?(.refused(first.error))
                refused = refused.dropFirst()
            } else {
                item.observer?(
                    .final(
                        TransactionPlace(height: block.header.height, index: UInt32(place)),
                        failure: block.outcomes[place].failure))
                place += 1
            }
        }
    }
}
