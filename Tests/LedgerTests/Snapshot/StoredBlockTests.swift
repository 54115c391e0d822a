import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Testing

/// A block in a log, whole or with dropped entries, has one encoding and the same leaves.
struct StoredBlockTests {
    private let block: Block

    init() throws {
        let chain = try TestChain(seed: 3)
        let sender = try chain.party()
        let batch = try (0..<4).map { number in
            try chain.transaction([ScratchExecutor.put("scratch/\(number)", [1])], by: sender)
        }
        try chain.commit(batch)
        block = try #require(chain.blocks.last)
    }

    @Test func aWholeBlockIsWrittenAsABlock() throws {
        let stored = try StoredBlock(decoding: block.encoded)
        #expect(stored.whole == block)
        #expect(stored.encoded == block.encoded)
        #expect(StoredBlock.isWhole(block.encoded))
    }

    @Test func aDroppedEntryKeepsItsLeafAndItsClass() throws {
        let suite = HashSuite.sha256
        var entries = StoredBlock(block).entries
        let leaves = entries.map { $0.leaf(suite) }
        entries[1] = .dropped(leaf: leaves[1], retentionClass: "telemetry")
        entries[3] = .dropped(leaf: leaves[3], retentionClass: nil)
        let pruned = StoredBlock(
            header: block.header, certificate: block.certificate, entries: entries)
        let read = try StoredBlock(decoding: pruned.encoded)
        #expect(read == pruned)
        #expect(read.whole == nil && !StoredBlock.isWhole(pruned.encoded))
        #expect(read.entries.map { $0.leaf(suite) } == leaves)
        #expect(read.firstIndex == block.firstIndex)
        #expect(pruned.encoded.count < block.encoded.count)
        #expect(throws: CBORError.self) { try Block(decoding: pruned.encoded) }
    }

    @Test func versionTwoWithoutADroppedEntryIsRefused() throws {
        var writer = CBORWriter()
        writer.array(4)
        writer.unsigned(2)
        block.header.encode(to: &writer)
        block.certificate.encode(to: &writer)
        writer.list(block.entries) { writer, entry in
            writer.array(1)
            writer.byteString(entry)
        }
        #expect(throws: CBORError.self) { try StoredBlock(decoding: writer.bytes) }
    }

    @Test func moreEntriesThanTheLogHasAreRefused() throws {
        let entries = (0..<5).map { _ in StoredEntry.dropped(leaf: .zero, retentionClass: nil) }
        let bytes = StoredBlock(
            header: block.header, certificate: block.certificate, entries: entries
        ).encoded
        #expect(throws: CBORError.self) { try StoredBlock(decoding: bytes) }
    }
}
