import Base
import Ordering
import OrderingEtcd
import Rehearsal
import System
import Testing

@Suite(
    "The engine when etcd fails", .serialized,
    .enabled(if: EtcdCluster.isInstalled, Comment(rawValue: etcdComment)), .timeLimit(.minutes(10)))
struct EtcdFailureTests {
    /// Appends one record after the other on a thread, until told to stop or so many are there.
    private final class Writer: Sendable {
        private let engine: any OrderingEngine
        private let acknowledged = ConditionMutex([UInt64]())
        private let isStopped = ConditionMutex(false)
        private let thread: Thread

        init(_ engine: any OrderingEngine) throws {
            let (acknowledged, isStopped) = (acknowledged, isStopped)
            self.engine = engine
            thread = try Thread("writer") {
                var sequence: UInt64 = 0
                while !isStopped.withLock({ $0 }) {
                    if engine.put(record(sequence, byteCount: 1_000), sequence)
                        == .success(.created)
                    {
                        acknowledged.withLock { $0.append(sequence) }
                        sequence += 1
                    }
                }
            }
        }

        var count: Int { acknowledged.withLock { $0.count } }

        /// Waits until that many were acknowledged; false if they are not.
        func reached(_ count: Int) -> Bool {
            acknowledged.wait(milliseconds: patience) { $0.count >= count ? () : nil } != nil
        }

        func stop() -> [UInt64] {
            isStopped.withLock { $0 = true }
            thread.join()
            return acknowledged.withLock { $0 }
        }
    }

    @Test("loses nothing when a member is killed, comes back, and the leader is killed")
    func members() throws {
        let place = try EtcdPlace { $0.memberCount = 3 }
        let inbox = Inbox()
        let (engine, follower) = (try place.join(Inbox()), try place.join(inbox))
        defer { for engine in [engine, follower] { engine.close() } }
        follower.follow(stream: 0, from: 0)
        let writer = try Writer(engine)
        #expect(writer.reached(20))
        let leader = try #require(place.cluster.leader)
        let other = (leader + 1) % 3
        place.cluster.kill(other)
        #expect(writer.reached(writer.count + 20))
        try place.cluster.startAll()
        place.cluster.kill(leader)
        #expect(writer.reached(writer.count + 20))
        try place.cluster.startAll()
        #expect(writer.reached(writer.count + 20))
        let acknowledged = writer.stop()
        let entries = inbox.entries(acknowledged.count)
        #expect(entries.map(\.position.sequence) == (0..<UInt64(entries.count)).map { $0 })
        #expect(entries.allSatisfy { $0.record == record($0.position.sequence, byteCount: 1_000) })
    }

    @Test("turns from a member that is dead from the start, and from one that freezes")
    func endpoints() throws {
        let place = try EtcdPlace { $0.memberCount = 3 }
        place.cluster.kill(0)
        let inbox = Inbox()
        let engine = try place.join(inbox) { $0.requestTimeout = .milliseconds(500) }
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        #expect(engine.put([1], 0) == .success(.created))
        #expect(inbox.entries(1).count == 1)
        try place.cluster.startAll()
        // Freezes whoever is in use: connections stay open there and nothing comes.
        let used = try #require(engine.health.endpoint)
        let index = try #require(place.cluster.endpoints.firstIndex(of: used))
        place.cluster.freeze(index)
        #expect(engine.put([2], 1) == .success(.created))
        #expect(inbox.entries(2).map(\.position.sequence) == [0, 1])
        #expect(engine.health.endpoint != used)
        place.cluster.thaw(index)
    }

    @Test("is unavailable without members, says so, and goes on with all that was acknowledged")
    func allDown() throws {
        let place = try EtcdPlace { $0.memberCount = 3 }
        let inbox = Inbox()
        let engine = try place.join(inbox) { $0.appendTimeout = .milliseconds(300) }
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        for sequence in UInt64(0)..<10 {
            #expect(Self.insist(engine, sequence) == .success(.created))
        }
        #expect(inbox.entries(10).count == 10)
        place.cluster.stopAll()
        guard case .failure(.unavailable) = engine.put(record(10), 10) else {
            Issue.record("an append succeeded without a cluster")
            return
        }
        let down = inbox.health { if case .unavailable = $0.state { true } else { false } }
        #expect(down?.hasLeader == false)
        try place.cluster.startAll()
        #expect(Self.insist(engine, 10) == .success(.created))
        #expect(inbox.entries(11).map(\.position.sequence) == Array(0...10))
        #expect(inbox.health { $0.state == .working } != nil)
        let late = Inbox()
        let other = try place.join(late)
        defer { other.close() }
        other.follow(stream: 0, from: 0)
        #expect(late.entries(11) == inbox.entries)
    }

    @Test("delivers what a store that was set back holds, and follows what comes")
    func setBack() throws {
        let place = try EtcdPlace()
        let inbox = Inbox()
        let engine = try place.join(inbox)
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        for sequence in UInt64(0)..<5 { #expect(engine.put([1], sequence) == .success(.created)) }
        let file = "\(place.cluster.folder)/snapshot"
        try place.cluster.saveSnapshot(to: file)
        for sequence in UInt64(5)..<10 { #expect(engine.put([1], sequence) == .success(.created)) }
        #expect(inbox.entries(10).count == 10)
        try place.cluster.restoreSnapshot(from: file)
        // Others see only five and go on from there, with other bytes: evidence for who saw ten.
        let other = try place.join(Inbox())
        defer { other.close() }
        for sequence in UInt64(5)..<12 {
            #expect(Self.insist(other, sequence, [2]) == .success(.created))
        }
        let entries = inbox.entries(17)
        let seen = entries.map { "\($0.position.sequence):\($0.record[0])" }
        #expect(seen.prefix(10) == (0..<10).map { "\($0):1" }[...])
        #expect(Set(seen.dropFirst(10)) == Set((5..<12).map { "\($0):2" }))
        #expect(entries.suffix(2).map(\.position.sequence) == [10, 11])
    }

    @Test("delivers a changed record again, ignores strange keys, and survives compaction")
    func strangeStore() throws {
        let place = try EtcdPlace()
        let inbox = Inbox()
        let engine = try place.join(inbox)
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        for sequence in UInt64(0)..<3 { _ = engine.put([1], sequence) }
        #expect(inbox.entries(3).count == 3)
        let cluster = place.cluster
        for key in ["x", "00", place.key(9).uppercased(), place.key(9, stream: 3)] {
            let name = key.hasPrefix("/") ? key : place.key(0) + key
            try cluster.control(["put", name, "?"])
        }
        try cluster.control(["put", place.key(1), "changed"])
        #expect(inbox.entries(4).last?.record == Array("changed".utf8))
        #expect(inbox.entries(4).last?.position.sequence == 1)
        try cluster.control(["del", place.key(0)])
        let status = try cluster.control(["get", place.key(2), "-w", "json"])
        let revision = try #require(status.firstMatch(of: /"revision":(\d+)/)?.1)
        try cluster.control(["compact", String(revision)])
        cluster.kill(0)
        try cluster.startAll()
        #expect(Self.insist(engine, 3) == .success(.created))
        #expect(inbox.entries(5).last?.position.sequence == 3)
        #expect(engine.health.counters.strangeCount >= 2)
        #expect(engine.health.counters.reconnectCount > 0)
    }

    @Test("says that the quota is used up, follows on, and works once the operator made room")
    func quota() throws {
        let place = try EtcdPlace { $0.quotaByteCount = 16 << 20 }
        let inbox = Inbox()
        let engine = try place.join(inbox)
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        var sequence: UInt64 = 0
        var last: Result<AppendOutcome, OrderingError> = .success(.created)
        while case .success = last, sequence < 40 {
            last = engine.put(record(sequence, byteCount: 1 << 20), sequence)
            sequence += 1
        }
        #expect(last == .failure(.full))
        let full = try #require(inbox.health { $0.state == .full && $0.alarms == [.noSpace] })
        #expect(full.lastError == .full)
        #expect(OrderingError.full.refusal.english.contains("disarm"))
        let stored = Int(sequence) - 1
        #expect(inbox.entries(stored).count == stored)
        engine.release(through: EnginePosition(stream: 0, sequence: sequence))
        #expect(OrderingConformance.wait { engine.health.counters.releaseCount > 0 })
        try place.cluster.control(["defrag"])
        try place.cluster.control(["alarm", "disarm"])
        #expect(Self.insist(engine, sequence) == .success(.created))
        #expect(OrderingConformance.wait { engine.health.state == .working })
        #expect(engine.health.alarms.isEmpty)
    }

    /// Appends until the answer is none that asks to try again.
    static func insist(
        _ engine: any OrderingEngine, _ sequence: UInt64, _ bytes: [UInt8]? = nil
    ) -> Result<AppendOutcome, OrderingError> {
        for _ in 0..<200 {
            let result = engine.put(bytes ?? record(sequence), sequence)
            switch result {
            case .failure(.unavailable), .failure(.full): continue
            default: return result
            }
        }
        return .failure(.unavailable("tried in vain"))
    }
}
