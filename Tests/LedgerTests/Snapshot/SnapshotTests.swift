import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Testing

/// A snapshot is taken only if every check against the trust file passes.
struct SnapshotTests {
    private static func chain(
        _ suite: HashSuite = .sha256, rows: Int = 40, valueByteCount: Int = 20
    ) throws -> TestChain {
        let chain = try TestChain(seed: 9, hashSuite: suite)
        let sender = try chain.party()
        for number in 0..<rows {
            let value = chain.random.bytes(valueByteCount)
            let call = ScratchExecutor.put("scratch/row \(number)", value)
            try chain.commit([try chain.transaction([call], by: sender)])
        }
        return chain
    }

    private func check(
        _ snapshot: TestSnapshot, _ chain: TestChain, trust: TrustFile? = nil
    ) -> SnapshotCheck? {
        do throws(SnapshotFailure) {
            _ = try snapshot.verify(trust ?? chain.trust)
            return nil
        } catch {
            return error.check
        }
    }

    @Test(arguments: HashSuite.allCases)
    func aSnapshotGivesTheHeadOfItsChain(suite: HashSuite) throws {
        let chain = try Self.chain(suite)
        #expect(try chain.snapshot().verify(chain.trust) == chain.replica.head)
    }

    @Test func aNodeGoesOnFromTheTiles() throws {
        let chain = try Self.chain(rows: 300)
        let manifest = try chain.snapshot().manifest
        let decoded = try SnapshotManifest(
            decoding: manifest.encoded, limits: SnapshotLimits.decoding)
        #expect(decoded == manifest)
        var writer = try #require(
            LogTileWriter(suite: .sha256, size: 300, from: SnapshotTiles(decoded)))
        var log = chain.replica.head.log
        for number in UInt8(0)..<250 {
            let leaf = LogHash.leaf([number], .sha256)
            writer.append(leaf)
            log.append(leaf)
        }
        #expect(writer.root == log.root)
    }

    @Test func rowsFillSeveralChunks() throws {
        let chain = try Self.chain(rows: 70, valueByteCount: 50_000)
        let snapshot = try chain.snapshot()
        let sizes = snapshot.manifest.chunks.map(\.byteCount)
        #expect(sizes.count == 5 && sizes.allSatisfy { $0 <= SnapshotLimits.chunkByteCount })
        #expect(snapshot.manifest.count(.state) >= 70)
        #expect(snapshot.manifest.count(.transactions) == 70)
        #expect(check(snapshot, chain) == nil)
    }

    @Test func anEpochIsProvedByTheTrustFile() throws {
        let chain = try TestChain.ofFour(seed: 4)
        let five = chain.set.validators + [try chain.validator(weight: 1)]
        try chain.change(to: five)
        let snapshot = try chain.snapshot()
        let head = try snapshot.verify(chain.trust)
        #expect(head == chain.replica.head && head.epoch == 1)
        do throws(SnapshotFailure) {
            _ = try snapshot.verify(TrustFile(genesis: chain.genesis))
            Issue.record("an unknown epoch passed")
        } catch {
            #expect(error.check == .validators && error.needsNewerTrustFile)
            #expect(error.refusal.code == "snapshot.trust-file-old")
        }
    }

    @Test func theLastBlockOfAnEpochNamesTheNextValidators() throws {
        let chain = try TestChain.ofFour(seed: 4)
        let five = chain.set.validators + [try chain.validator(weight: 1)]
        try chain.agree(on: five)
        try chain.confirm(five)
        try chain.advance(to: ValidatorSchedule.end(from: chain.replica.head.height))
        #expect(chain.blocks.last?.header.endsEpoch == true)
        let head = try chain.snapshot().verify(TrustFile(genesis: chain.genesis))
        #expect(head == chain.replica.head && head.validators.validators.count == 5)
    }

    @Test func anotherChainIsRefused() throws {
        let chain = try Self.chain()
        let other = try TestChain(seed: 10)
        #expect(check(try chain.snapshot(), chain, trust: other.trust) == .chain)
    }

    @Test func aCertificateOfAnotherBlockIsRefused() throws {
        let chain = try Self.chain()
        var snapshot = try chain.snapshot()
        let block = snapshot.manifest.block
        let older = try #require(chain.blocks.first).certificate
        snapshot.manifest = snapshot.manifest.with(
            block: StoredBlock(header: block.header, certificate: older, entries: block.entries))
        #expect(check(snapshot, chain) == .certificate)
    }

    @Test func aChangedLeafOrTileIsRefused() throws {
        let chain = try Self.chain()
        let snapshot = try chain.snapshot()
        let block = snapshot.manifest.block
        var changed = snapshot
        changed.manifest = snapshot.manifest.with(
            block: StoredBlock(
                header: block.header, certificate: block.certificate,
                entries: [.dropped(leaf: .zero, retentionClass: nil)]))
        #expect(check(changed, chain) == .log)
        changed = snapshot
        var tiles = snapshot.manifest.tiles
        tiles[0][5] ^= 1
        changed.manifest = snapshot.manifest.with(tiles: tiles)
        #expect(check(changed, chain) == .log)
    }

    @Test func chunksOutOfOrderMissingOrDoubledAreRefused() throws {
        let chain = try Self.chain(rows: 70, valueByteCount: 50_000)
        let snapshot = try chain.snapshot()
        var changed = snapshot
        changed.chunks.swapAt(0, 1)
        #expect(check(changed, chain) == .chunk)
        var chunks = snapshot.manifest.chunks
        chunks.swapAt(0, 1)
        changed.manifest = snapshot.manifest.with(chunks: chunks)
        #expect(check(changed, chain) == .order)
        changed = snapshot
        changed.chunks.removeLast()
        #expect(check(changed, chain) == .chunk)
        changed.chunks = snapshot.chunks + [snapshot.chunks[0]]
        #expect(check(changed, chain) == .chunk)
        // A whole chunk less, in the manifest too: fewer rows.
        changed.chunks = Array(snapshot.chunks.dropFirst())
        changed.manifest = snapshot.manifest.with(
            chunks: Array(snapshot.manifest.chunks.dropFirst()))
        #expect(check(changed, chain) == .state)
    }

    /// Replaces the chunks of one kind by others, with a manifest that names them.
    private func rebuilt(
        _ snapshot: TestSnapshot, _ chunks: [SnapshotChunk]
    ) -> TestSnapshot {
        let bytes = chunks.map(\.encoded)
        let entries = zip(chunks, bytes).map { chunk, bytes in
            SnapshotChunkEntry(
                kind: chunk.kind, rows: UInt64(chunk.count), byteCount: bytes.count,
                digest: HashSuite.sha256.hash(bytes))
        }
        return TestSnapshot(manifest: snapshot.manifest.with(chunks: entries), chunks: bytes)
    }

    private func decoded(_ snapshot: TestSnapshot) throws -> [SnapshotChunk] {
        try snapshot.chunks.map {
            try SnapshotChunk(decoding: $0, limits: SnapshotLimits.decoding)
        }
    }

    @Test func aChangedAddedOrMissingRowIsRefused() throws {
        let chain = try Self.chain()
        let snapshot = try chain.snapshot()
        let chunks = try decoded(snapshot)
        guard case .state(let rows) = chunks[0] else { throw Unexpected(what: "no rows") }
        var others = [Array(rows.dropFirst()), Array(rows.dropLast())]
        others.append([SnapshotRow(key: rows[0].key, value: [7])] + rows.dropFirst())
        others.append(rows + [SnapshotRow(key: [0xFF], value: [])])
        for other in others {
            #expect(check(rebuilt(snapshot, [.state(other), chunks[1]]), chain) == .state)
        }
        let disordered = [rows[1], rows[0]] + rows.dropFirst(2)
        #expect(check(rebuilt(snapshot, [.state(disordered), chunks[1]]), chain) == .order)
        let twice = [rows[0]] + rows
        #expect(check(rebuilt(snapshot, [.state(twice), chunks[1]]), chain) == .order)
        let split: [SnapshotChunk] = [
            .state(Array(rows.prefix(3))), .state(Array(rows.dropFirst(3))), chunks[1],
        ]
        #expect(check(rebuilt(snapshot, split), chain) == .order)
    }

    @Test func transactionsOutsideOfTheirWindowOrOrderAreRefused() throws {
        let chain = try Self.chain()
        let snapshot = try chain.snapshot()
        let chunks = try decoded(snapshot)
        guard case .transactions(let rows) = chunks[1] else { throw Unexpected(what: "no rows") }
        for height in [0, chain.replica.head.height + 1] {
            let row = SnapshotTransaction(id: rows[0].id, height: height, index: 0)
            let other = SnapshotChunk.transactions([row] + rows.dropFirst())
            #expect(check(rebuilt(snapshot, [chunks[0], other]), chain) == .window)
        }
        let other = SnapshotChunk.transactions([rows[1], rows[0]] + rows.dropFirst(2))
        #expect(check(rebuilt(snapshot, [chunks[0], other]), chain) == .order)
    }

    @Test func theWindowIsAsLongAsATransactionMayWait() {
        let depth = LedgerLimits.validityHeights
        #expect(SnapshotVerifier.window(at: 5) == 1...5)
        #expect(SnapshotVerifier.window(at: depth) == 1...depth)
        #expect(SnapshotVerifier.window(at: depth + 7) == 8...(depth + 7))
    }

    @Test func noByteOfASnapshotCanChangeUnnoticed() throws {
        let chain = try Self.chain(rows: 6)
        let snapshot = try chain.snapshot()
        let manifest = snapshot.manifest.encoded
        for index in manifest.indices {
            var changed = manifest
            changed[index] ^= 1 << UInt8(index % 8)
            guard
                let other = try? SnapshotManifest(
                    decoding: changed, limits: SnapshotLimits.decoding)
            else { continue }
            let result = check(TestSnapshot(manifest: other, chunks: snapshot.chunks), chain)
            // How far erasure had come binds nobody but the node that reads it.
            let isMark = other.erasedThrough != snapshot.manifest.erasedThrough
            #expect(result != nil || isMark, "byte \(index)")
        }
        for (number, chunk) in snapshot.chunks.enumerated() {
            for index in chunk.indices {
                var changed = snapshot
                changed.chunks[number][index] ^= 1
                #expect(check(changed, chain) == .chunk)
            }
        }
    }
}

extension SnapshotManifest {
    /// The same manifest with another part.
    func with(
        block: StoredBlock? = nil, tiles: [[UInt8]]? = nil, chunks: [SnapshotChunkEntry]? = nil
    ) -> SnapshotManifest {
        SnapshotManifest(
            chain: chain, logBefore: logBefore, block: block ?? self.block,
            tiles: tiles ?? self.tiles, erasedThrough: erasedThrough,
            chunks: chunks ?? self.chunks)
    }
}
