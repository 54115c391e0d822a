import Ordering
import System
import Testing

/// One stream in memory, shared by its engines.
struct EmbeddedPlace: OrderingPlace {
    let stream = EmbeddedStream()

    func join(_ receiver: any OrderingReceiver) -> any OrderingEngine {
        EmbeddedOrdering(stream, receiver: receiver)
    }
}

@Suite("The embedded engine", .timeLimit(.minutes(2)))
struct EmbeddedOrderingTests {
    @Test("does what every engine must", arguments: OrderingConformance.all)
    func conforms(_ rule: OrderingConformance) throws { try rule.run(EmbeddedPlace()) }

    /// A receiver that appends the next record from within a delivery.
    private final class Relay: OrderingReceiver {
        let engine = ConditionMutex<EmbeddedOrdering?>(nil)
        let seen = ConditionMutex([UInt64]())
        let depth = ConditionMutex(0)

        func ordered(_ record: [UInt8], at position: EnginePosition) {
            depth.withLock { $0 += 1 }
            #expect(depth.withLock { $0 } == 1, "calls come one at a time")
            seen.withLock { $0.append(position.sequence) }
            if position.sequence < 100 {
                let next = EnginePosition(stream: 0, sequence: position.sequence + 1)
                engine.withLock { $0 }?.append(record, at: next) { result in
                    #expect(result == .success(.created))
                }
            }
            depth.withLock { $0 -= 1 }
        }

        func engineChanged(_ health: EngineHealth) {}
    }

    @Test("may be used from within its calls, which do not nest")
    func reentrant() {
        let relay = Relay()
        let engine = EmbeddedOrdering(EmbeddedStream(), receiver: relay)
        relay.engine.withLock { $0 = engine }
        engine.follow(stream: 0, from: 0)
        #expect(engine.put([1], 0) == .success(.created))
        #expect(relay.seen.withLock { $0 } == Array(0...100))
        relay.engine.withLock { $0 = nil }
    }

    @Test("reports what it stores and how far behind its follower is")
    func health() {
        let engine = EmbeddedOrdering(EmbeddedStream(), receiver: Inbox())
        #expect(engine.health.state == .working && engine.health.hasLeader)
        for sequence in UInt64(1)..<4 { _ = engine.put([1, 2, 3], sequence) }
        engine.follow(stream: 0, from: 0)
        #expect(engine.health.storedByteCount == 9)
        #expect(engine.health.counters.followLag == 3)
        engine.release(through: EnginePosition(stream: 0, sequence: 2))
        #expect(engine.health.storedByteCount == 3)
        #expect(engine.health.counters.followLag == 1)
    }
}
