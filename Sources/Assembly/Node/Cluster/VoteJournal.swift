import Base
import Encoding
import Finality
package import Storage

/// What a validator signed, and the bodies that it promised to have: durable before it is said.
///
/// A record is an array of a kind and its content: 1 and a vote record, or 2, a height and a body.
/// The newest vote record counts; bodies are kept for its height. The journal is made together with
/// the node's folder and is in no backup: a node that finds it empty has lost its memory and does
/// not vote until that is harmless.
package final class VoteJournal {
    /// Records after which forgotten ones are truncated: that costs a sync.
    private static let truncationStride: UInt64 = 256

    private let journal: any Journal
    private var lastBody: Hash256?
    private var truncated: UInt64 = 0
    /// Positions of the first record of each kept height, ascending.
    private var heights: [(height: UInt64, first: UInt64)] = []

    init(journal: any Journal) { self.journal = journal }

    /// The first record of a new node: nothing was signed.
    package static func found(_ journal: any Journal) throws(StorageError) {
        _ = try journal.append([encode(VoteRecord(height: 0))])
    }

    /// The newest vote record, and the bodies of its height and of those after.
    func load() throws(StorageError) -> (memory: VoteMemory, bodies: [BatchBody]) {
        var newest: VoteRecord?
        var bodies: [(height: UInt64, body: BatchBody)] = []
        for record in try journal.readAll() {
            guard let content = Self.decode(record.bytes) else {
                throw .corrupt("the vote journal at record \(record.position)")
            }
            switch content {
            case .vote(let vote): newest = vote
            case .body(let height, let body): bodies.append((height, body))
            }
            truncated = truncated == 0 ? record.position : truncated
        }
        guard let newest else { return (.lost, []) }
        return (
            .kept(newest), bodies.compactMap { $0.height >= newest.height ? $0.body : nil }
        )
    }

    /// Makes a vote record durable, after the body that it relies on.
    func append(_ record: VoteRecord, body: BatchBody?) throws(StorageError) {
        var records: [[UInt8]] = []
        if let body, body.digest != lastBody, !body.transactions.isEmpty {
            records.append(Self.encode(record.height, body))
            lastBody = body.digest
        }
        records.append(Self.encode(record))
        let last = try journal.append(records)
        if heights.last?.height != record.height {
            heights.append((record.height, last + 1 - UInt64(records.count)))
        }
    }

    /// Forgets what belongs to heights below `height`, which are final.
    func forget(below height: UInt64) throws(StorageError) {
        let keep = heights.lastIndex { $0.height < height } ?? 0
        guard keep > 0, heights[keep].first > truncated + Self.truncationStride else { return }
        truncated = heights[keep].first
        heights.removeFirst(keep)
        try journal.truncate(through: truncated - 1)
    }

    private enum Content {
        case vote(VoteRecord)
        case body(UInt64, BatchBody)
    }

    private static func encode(_ record: VoteRecord) -> [UInt8] {
        var writer = CBORWriter()
        writer.array(2)
        writer.unsigned(1)
        record.encode(to: &writer)
        return writer.bytes
    }

    private static func encode(_ height: UInt64, _ body: BatchBody) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: body.byteCount + 16)
        writer.array(3)
        writer.unsigned(2)
        writer.unsigned(height)
        body.encode(to: &writer)
        return writer.bytes
    }

    private static func decode(_ bytes: [UInt8]) -> Content? {
        do throws(CBORError) {
            var reader = try CBORReader(bytes)
            let count = try reader.array(atMost: 3)
            let content: Content
            switch (count, try reader.unsigned()) {
            case (2, 1): content = .vote(try VoteRecord(from: &reader))
            case (3, 2):
                content = .body(try reader.unsigned(), try BatchBody(from: &reader))
            default: return nil
            }
            try reader.finish()
            return content
        } catch {
            return nil
        }
    }
}
