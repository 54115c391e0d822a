import Encoding
import Ledger
import Storage
import Synchronization

/// The trust file that a node hands out: it grows by one handoff with each epoch.
///
/// Handoffs are read from the block log, where the last block of each epoch stays, pruned or not.
/// What was before the first block of a node that joined is in the trust file of its folder.
final class TrustKeeper: Sendable {
    private let file: Mutex<TrustFile>
    private let store: any KeyValueStore
    private let log: any BlockLog

    init(trust: TrustFile, store: any KeyValueStore, log: any BlockLog) {
        file = Mutex(trust)
        (self.store, self.log) = (store, log)
    }

    /// The file with the ends of all epochs before `epoch`.
    func file(through epoch: UInt64) throws(StorageError) -> TrustFile {
        try file.withLock { (file) throws(StorageError) in
            while file.lastEpoch.epoch < epoch {
                let next = file.lastEpoch.epoch + 1
                let handoff = try handoff(to: next, file.genesis)
                do throws(HandoffError) {
                    file = try file.extended(by: [handoff])
                } catch {
                    throw .corrupt("the handoff to epoch \(next): \(error)")
                }
            }
            return file
        }
    }

    private func handoff(
        to epoch: UInt64, _ genesis: Genesis
    ) throws(StorageError) -> Handoff {
        guard let row = try ValidatorTable.epoch(epoch, genesis, in: StateSpace(store)),
            row.first > 1, let bytes = try log.read(row.first - 2),
            let block = try? StoredBlock(decoding: bytes)
        else { throw .corrupt("the last block before epoch \(epoch)") }
        return Handoff(
            header: block.header, certificate: block.certificate, validators: row.validators)
    }
}
