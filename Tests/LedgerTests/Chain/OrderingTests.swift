import Base
import Ledger
import Ordering
import Testing

/// The embedded engine gives positions that follow the chain's last one without a gap.
struct OrderingTests {
    @Test func batchesComeOutInOrderWithTheNextPositions() throws {
        let chain = try TestChain()
        let sender = try chain.party()
        let engine = EmbeddedOrdering(
            after: OrderingPosition(stream: 3, first: 6, last: 7))
        #expect(try engine.next()?.position == nil)
        let batches = try (1...3).map { count in
            try (0..<count).map { _ in
                try chain.transaction([ScratchExecutor.call("count", "a")], by: sender)
            }
        }
        for batch in batches { try engine.append(batch) }
        for (index, batch) in batches.enumerated() {
            let next = try #require(try engine.next())
            let place = 8 + UInt64(index)
            #expect(next.position == OrderingPosition(stream: 3, first: place, last: place))
            #expect(next.transactions == batch)
        }
        #expect(try engine.next()?.position == nil)
    }
}
