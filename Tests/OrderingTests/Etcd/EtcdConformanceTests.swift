import Base
import Ordering
import OrderingEtcd
import Rehearsal
import Testing

@Suite(
    "The engine over etcd", .serialized,
    .enabled(if: EtcdCluster.isInstalled, Comment(rawValue: etcdComment)), .timeLimit(.minutes(10)))
struct EtcdConformanceTests {
    @Test("does what every engine must", arguments: OrderingConformance.all)
    func conforms(_ rule: OrderingConformance) throws { try rule.run(EtcdPlace()) }

    @Test("does so with three members")
    func conformsWithThree() throws {
        let place = try EtcdPlace { $0.memberCount = 3 }
        // Each rule wants an order of its own; the chain's name makes it one.
        try OrderingConformance.all[1].run(place)
    }

    @Test("keeps chains apart")
    func chains() throws {
        let place = try EtcdPlace()
        let (one, two) = (Inbox(), Inbox())
        let engine = try place.join(one)
        let other = try place.join(two) { $0.chain = .zero }
        defer { for engine in [engine, other] as [any OrderingEngine] { engine.close() } }
        for (engine, byte) in [(engine, 1), (other, 2)] as [(any OrderingEngine, UInt8)] {
            engine.follow(stream: 0, from: 0)
            #expect(engine.put([byte], 0) == .success(.created))
        }
        #expect(one.entries(1).map(\.record) == [[1]])
        #expect(two.entries(1).map(\.record) == [[2]])
        engine.release(through: EnginePosition(stream: 0, sequence: 0))
        #expect(OrderingConformance.wait { engine.health.counters.releaseCount > 0 })
        #expect(other.put([3], 0) == .success(.taken))
    }

    @Test("reports its members, size, latency and lag")
    func health() throws {
        let place = try EtcdPlace()
        let inbox = Inbox()
        let engine = try place.join(inbox)
        defer { engine.close() }
        #expect(inbox.health { $0.state == .working && $0.hasLeader } != nil)
        for sequence in UInt64(0)..<10 { _ = engine.put(record(sequence), sequence) }
        engine.follow(stream: 0, from: 0)
        #expect(inbox.entries(10).count == 10)
        let health = engine.health
        #expect(health.endpoint == place.cluster.endpoints[0])
        #expect(health.storedByteCount > 0 && health.quotaByteCount == 2 << 30)
        #expect(health.counters.latency.count == 10)
        #expect(health.counters.strangeCount == 0 && health.counters.reconnectCount == 0)
        #expect(health.alarms.isEmpty && health.lastError == nil)
    }

    @Test("is measured by the bench")
    func bench() throws {
        let place = try EtcdPlace()
        let engine = try place.join(Inbox())
        defer { engine.close() }
        var bench = EngineBench()
        bench.recordCount = 200
        let result = bench.run(engine, stream: 5)
        #expect(result.createdCount == 200 && result.failedCount == 0)
        #expect(result.recordsPerSecond > 0)
        #expect(result.medianNanoseconds <= result.tailNanoseconds)
        // All positions are taken by these very records now.
        #expect(bench.run(engine, stream: 5).createdCount == 200)
    }
}
