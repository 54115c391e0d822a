import Base
import Ordering
import OrderingEtcd
import System
import Testing

@testable import OrderingEtcd

@Suite("The engine when the store misbehaves", .timeLimit(.minutes(5)))
struct UntrustedStoreTests {
    private let fake: FakeEtcd
    private let keys = EtcdKeys(chain: .zero)
    private let inbox = Inbox()

    init() throws { fake = try FakeEtcd() }

    private func engine(
        _ configure: (inout EtcdSettings) -> Void = { _ in }
    ) throws -> EtcdOrdering {
        var settings = EtcdSettings(endpoints: [fake.endpoint], chain: .zero)
        settings.checkMilliseconds = 20
        settings.appendTimeout = .seconds(60)
        configure(&settings)
        return try EtcdOrdering(settings, receiver: inbox)
    }

    private func key(_ sequence: UInt64, stream: UInt64 = 0) -> [UInt8] {
        keys.key(EnginePosition(stream: stream, sequence: sequence))
    }

    @Test("A watch that says nothing does not stop the order")
    func silence() throws {
        defer { fake.shutdown() }
        fake.plan("/v3/watch", [.silence, .silence])
        let engine = try engine()
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        #expect(fake.reached(1, "/v3/watch"))
        fake.put(key(0), [1])
        #expect(inbox.entries(1).count == 1)
        #expect(fake.reached(2, "/v3/watch"))
        fake.put(key(1), [2])
        #expect(inbox.entries(2).map(\.record) == [[1], [2]])
        #expect(engine.health.counters.reconnectCount >= 2)
    }

    @Test(
        "A watch that is broken is begun again",
        arguments: [
            .lines([#"{"result":{"header":{},"canceled":true,"compact_revision":"9"}}"#]),
            .lines([#"{"result":{"canceled":true,"cancel_reason":"no"}}"#]),
            .lines([#"{"error":{"grpc_code":14,"message":"etcdserver: no leader"}}"#]),
            .lines(["rubbish"]), .lines([#"{"result":{"header":{"cluster_id":"1"},"events":3}}"#]),
            .lines([String(repeating: "[", count: 100_000)]),
            .lines([#"{"result":{"header":{"cluster_id":"77","revision":"0"}}}"#]),
            .answer(500, "no"), .answer(200, "{}"), .answer(404, "<html>"),
        ] as [FakeEtcd.Mischief])
    func brokenWatch(mischief: FakeEtcd.Mischief) throws {
        defer { fake.shutdown() }
        fake.plan("/v3/watch", [mischief])
        let engine = try engine()
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        #expect(fake.reached(2, "/v3/watch"))
        for sequence in UInt64(0)..<3 { fake.put(key(sequence), [UInt8(sequence)]) }
        #expect(inbox.entries(3).map(\.record) == [[0], [1], [2]])
    }

    @Test("A line that has no end is not collected")
    func endlessLine() throws {
        defer { fake.shutdown() }
        fake.plan("/v3/watch", [.lines([String(repeating: " ", count: 2 << 20)])])
        let engine = try engine { $0.requestByteCountMax = 1 << 12 }
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        #expect(fake.reached(2, "/v3/watch"))
        #expect(engine.put([1], 0) == .success(.created))
        #expect(inbox.entries(1).count == 1)
    }

    @Test(
        "Answers that make no sense are asked for again",
        arguments: [
            .answer(200, "rubbish"), .answer(200, "{}"), .answer(200, ""), .answer(302, ""),
            .answer(200, #"{"succeeded":"yes"}"#), .answer(200, #"{"responses":[7]}"#),
            .answer(503, #"{"code":14,"message":"etcdserver: leader changed"}"#),
            .answer(500, "<html>"), .answer(429, #"{"code":8,"message":"too many requests"}"#),
            .answer(200, String(repeating: "[", count: 100_000)),
        ] as [FakeEtcd.Mischief])
    func senseless(mischief: FakeEtcd.Mischief) throws {
        defer { fake.shutdown() }
        fake.plan("/v3/kv/txn", [mischief, mischief])
        fake.plan("/v3/kv/range", [mischief, mischief, mischief])
        let engine = try engine()
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        #expect(engine.put([5], 0) == .success(.created))
        #expect(fake.count("/v3/kv/txn") == 3)
        #expect(inbox.entries(1).map(\.record) == [[5]])
        #expect(engine.health.lastError != nil)
    }

    @Test("An append is given up after its time, and told as unavailable")
    func givesUp() throws {
        defer { fake.shutdown() }
        let nonsense = FakeEtcd.Mischief.answer(500, "no")
        fake.plan("/v3/kv/txn", [FakeEtcd.Mischief](repeating: nonsense, count: 1_000))
        let engine = try engine { $0.appendTimeout = .milliseconds(100) }
        defer { engine.close() }
        guard case .failure(.unavailable(let reason)) = engine.put([1], 0) else {
            Issue.record("not unavailable")
            return
        }
        #expect(reason.contains("HTTP status 500"))
    }

    @Test("An answer beyond all bounds is not read")
    func hugeAnswer() throws {
        defer { fake.shutdown() }
        let engine = try engine { $0.requestByteCountMax = 1 << 12 }
        defer { engine.close() }
        fake.plan("/v3/kv/range", [.answer(200, String(repeating: " ", count: 8 << 20))])
        engine.follow(stream: 0, from: 0)
        #expect(engine.put([1], 0) == .success(.created))
        #expect(inbox.entries(1).count == 1)
    }

    @Test("Pages are made smaller when records are large")
    func largePages() throws {
        defer { fake.shutdown() }
        // Sixteen of these, the first page, are more than an answer may hold.
        let large = [UInt8](repeating: 7, count: 90_000)
        for sequence in UInt64(0)..<40 { fake.put(key(sequence), large) }
        let engine = try engine { $0.requestByteCountMax = 100_000 }
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        #expect(inbox.entries(40).map(\.position.sequence) == Array(0..<40))
    }

    @Test("Strange keys, other streams and oversized records are passed over and counted")
    func strange() throws {
        defer { fake.shutdown() }
        let engine = try engine { $0.requestByteCountMax = 1 << 12 }
        defer { engine.close() }
        fake.put(key(0) + [1], [9])
        fake.put(Array("/kanglian".utf8), [9])
        fake.put(key(0, stream: 1), [9])
        fake.put(key(0), [UInt8](repeating: 9, count: 1 << 13))
        engine.follow(stream: 0, from: 0)
        #expect(OrderingConformance.wait { engine.health.counters.strangeCount >= 2 })
        fake.put(key(0), [1])
        #expect(inbox.entries(1).map(\.record) == [[1]])
    }

    @Test("A store that another one took the place of is followed from what it holds")
    func replaced() throws {
        defer { fake.shutdown() }
        let engine = try engine()
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        for sequence in UInt64(0)..<3 { fake.put(key(sequence), [1]) }
        #expect(inbox.entries(3).count == 3)
        fake.replace()
        // Its revisions are higher than before, so its name alone gives it away.
        fake.put(key(1), [2])
        #expect(inbox.entries(4).last?.record == [2])
        fake.put(key(3), [3])
        #expect(inbox.entries(5).map(\.position.sequence) == [0, 1, 2, 1, 3])
    }

    @Test("A full queue is told as busy, and an engine that is closed fails what waits")
    func busy() throws {
        defer { fake.shutdown() }
        let engine = try engine {
            ($0.appenderCount, $0.waitingCountMax) = (1, 2)
            $0.requestTimeout = .seconds(60)
        }
        fake.plan("/v3/kv/txn", [FakeEtcd.Mischief](repeating: .answer(500, "no"), count: 10_000))
        let results = ConditionMutex([Result<AppendOutcome, OrderingError>]())
        func append(_ sequence: UInt64) {
            engine.append([1], at: EnginePosition(stream: 0, sequence: sequence)) { result in
                results.withLock { $0.append(result) }
            }
        }
        append(0)
        #expect(fake.reached(1, "/v3/kv/txn"))
        for sequence in UInt64(1)...3 { append(sequence) }
        let first = results.wait(milliseconds: patience) { $0.first }
        #expect(first == .failure(.busy))
        engine.close()
        #expect(
            results.withLock { $0 }.dropFirst() == [
                .failure(.closed), .failure(.closed), .failure(.closed),
            ])
    }
}
