import Finality
import Ledger

/// What a machine has written: the vote journal and the block log, each with a tail that is not
/// synced and may not survive a loss of power.
struct MachineDisk {
    /// The newest vote record that is durable.
    private(set) var record: VoteRecord?
    /// Written behind it and not synced.
    private var written: VoteRecord?
    /// Bodies that were recorded with votes of the open height.
    private(set) var bodies: [BatchBody] = []
    private var writtenBody: BatchBody?
    /// The restore tool left its mark: the record may be older than what was signed.
    var isMarkedLost = false
    /// The final chain.
    private(set) var blocks: [Block] = []
    private(set) var durableCount = 0

    /// Writes a vote record, with the body of its block.
    mutating func write(_ record: VoteRecord, _ body: BatchBody?) {
        written = record
        writtenBody = body
    }

    mutating func syncJournal() {
        guard let written else { return }
        if written.height != record?.height { bodies = [] }
        if let writtenBody, !bodies.contains(writtenBody) { bodies.append(writtenBody) }
        record = written
        (self.written, writtenBody) = (nil, nil)
        isMarkedLost = false
    }

    mutating func append(_ block: Block) { blocks.append(block) }

    mutating func syncLog() { durableCount = blocks.count }

    /// The process ends and the machine stays: all that was written is there.
    mutating func endProcess() {
        syncJournalTail()
        syncLog()
    }

    /// The power fails: of what was not synced, `keepsRecord` and `keptBlocks` survive.
    mutating func losePower(keepsRecord: Bool, keptBlocks: Int) {
        if keepsRecord { syncJournalTail() }
        (written, writtenBody) = (nil, nil)
        blocks.removeLast(blocks.count - min(blocks.count, durableCount + keptBlocks))
        syncLog()
    }

    private mutating func syncJournalTail() {
        let mark = isMarkedLost
        syncJournal()
        // Until the sync has run, the mark stands.
        isMarkedLost = mark
    }
}
