import Base
import FHIRModel
import Ledger

/// One record that is to be sealed and written.
struct WriteJob: Sendable {
    let owner: AccountID
    let domain: Domain
    let record: Hash256
    /// 1 writes the record; a later one amends it.
    var version: UInt64 = 1
    let payload: RecordPayload
    /// The place in the document, for messages.
    let entry: Int?
}

/// Jobs cut into what one request may carry, in order.
struct WriteBatches: Sequence, IteratorProtocol {
    /// Bytes of the contents of one batch; sealing adds an eighth at most, and the envelopes.
    static let contentByteCount = 24 << 20

    private var rest: ArraySlice<WriteJob>
    private let count: Int

    init(_ jobs: [WriteJob], count: Int) {
        rest = jobs[...]
        self.count = Swift.max(1, Swift.min(count, PortLimits.blobCount / 2))
    }

    mutating func next() -> [WriteJob]? {
        var batch: [WriteJob] = []
        var byteCount = 0
        while let job = rest.first, batch.count < count {
            byteCount += job.payload.content.count + 1024
            guard batch.isEmpty || byteCount <= Self.contentByteCount else { break }
            batch.append(job)
            rest.removeFirst()
        }
        return batch.isEmpty ? nil : batch
    }
}
