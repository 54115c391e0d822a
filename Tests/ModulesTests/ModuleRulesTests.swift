import Audit
import Base
import Consent
import ContractKit
import Cryptography
import Encoding
import Keys
import Ledger
import Membership
import Merkle
import Records
import Storage
import Synchronization
import Testing

@Suite("All modules")
struct ModuleRulesTests {
    /// Every call, by contract and name.
    private static let calls: [(module: String, name: String)] = TestZone.contracts.flatMap {
        type in
        type.calls.map { (type.name, $0.name) }
    }

    private static let refusals = TestZone.contracts.flatMap { $0.refusals }

    @Test("have refusals with distinct codes of their own and sentences in both languages")
    func refusals() {
        #expect(Set(Self.refusals.map(\.code)).count == Self.refusals.count)
        for contract in TestZone.contracts {
            for refusal in contract.refusals {
                let start = refusal.code.prefix { $0 != "." }
                #expect(start == contract.name || start == "caller")
                #expect(ReasonCode(refusal.code) != nil, "\(refusal.code) is not a code")
                #expect(refusal.english.hasSuffix(".") && refusal.english.count > 20)
                #expect(refusal.chinese.hasSuffix("。") && !refusal.chinese.contains("."))
            }
        }
    }

    @Test("are 32 calls, whose set is part of every header")
    func contractSet() {
        #expect(Self.calls.count == 32)
        let digest = ContractRegistry(TestZone.contracts).contractSetDigest
        #expect(ContractRegistry(TestZone.contracts.reversed()).contractSetDigest == digest)
        #expect(ContractRegistry(TestZone.contracts.dropLast()).contractSetDigest != digest)
    }

    @Test("refuse arguments that do not decode, from everybody")
    func malformed() throws {
        let cast = try TestCast()
        let senders = [
            cast.authority, cast.hospital, cast.doctor, cast.zhang, cast.stranger,
        ]
        let nonsense: [[UInt8]] = [
            [], [0x80], [0x81, 0xF4], [0xFF], [0x9B] + [UInt8](repeating: 255, count: 8),
        ]
        for (module, name) in Self.calls {
            var codes: Set<String?> = []
            for sender in senders {
                for arguments in nonsense {
                    let call = Call(module: module, name: name, arguments: arguments)
                    codes.insert(try cast.zone.attempt([call], by: sender).failure)
                }
            }
            #expect(!codes.contains(nil), "\(module).\(name) accepted nonsense")
            #expect(codes.contains("call.malformed"), "nobody may call \(module).\(name)")
        }
    }

    @Test("never trap on random arguments", arguments: UInt64(1)...8)
    func fuzz(seed: UInt64) throws {
        let cast = try TestCast(seed: seed)
        var random = SplitMix64(seed: seed)
        let samples: [Call] = [
            .found(name: "x"), .admit(cast.stranger), .register(cast.doctor), .enrol(cast.li),
            .publish(epoch: 1), .grantKey(to: cast.doctor),
            .write(.zero, of: cast.zhang, RecordContent(cast.zone)), .erase(.zero, of: cast.zhang),
            .consent(to: .role(.nurse), until: .distant), .issue(cast.stranger, cast.offer()),
            .record([cast.event(of: cast.zhang, reader: cast.doctor)]),
        ]
        let senders = [cast.authority, cast.hospital, cast.doctor, cast.zhang]
        for _ in 0..<60 {
            var calls: [Call] = []
            for _ in 0..<10 {
                guard let sample = samples.randomElement(using: &random),
                    let (module, name) = Self.calls.randomElement(using: &random)
                else { continue }
                var arguments = sample.arguments
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    arguments[Int.random(in: arguments.indices, using: &random)] =
                        UInt8.random(in: 0...255, using: &random)
                }
                let isRetargeted = Bool.random(using: &random)
                calls.append(
                    Call(
                        module: isRetargeted ? module : sample.module,
                        name: isRetargeted ? name : sample.name, arguments: arguments))
            }
            guard let sender = senders.randomElement(using: &random) else { continue }
            let transactions = try calls.map {
                try cast.zone.transaction([$0], by: sender, with: [cast.stranger])
            }
            let executed = try #require(try cast.zone.block(transactions))
            #expect(executed.outcomes.count == transactions.count)
        }
    }

    @Test("undo every call of a transaction whose last call is refused")
    func allOrNothing() throws {
        let cast = try TestCast()
        try cast.zone.send(.publish(epoch: 1), by: cast.hospital)
        let before = cast.zone.tree.root
        let record = cast.zone.random.hash256()
        let outcome = try cast.zone.attempt(
            .publish(epoch: 2), .publish(domain: 7, epoch: 1),
            .write(record, of: cast.hospital, RecordContent(cast.zone, epoch: 2)),
            .consent(to: .person(cast.doctor.id), until: .distant),
            .record([cast.event(of: cast.zhang, reader: cast.doctor)]),
            .enrol(cast.stranger), .moveWallet(to: nil), by: cast.hospital, with: [cast.stranger])
        #expect(outcome.failure == "caller.not-resident")
        #expect(outcome.events.isEmpty)
        #expect(cast.zone.tree.root == before)
        #expect(try RecordQueries.version(1, of: record, in: cast.zone.store) == nil)
        #expect(try Directory.standing(of: cast.stranger.id, in: cast.zone.store) == .unknown)
    }

    @Test("let later calls of a transaction see what earlier ones wrote")
    func laterCalls() throws {
        let cast = try TestCast()
        let record = cast.zone.random.hash256()
        try cast.zone.send(
            .publish(epoch: 1), .publish(epoch: 2),
            .write(record, of: cast.li, RecordContent(cast.zone, epoch: 2)),
            .amend(record, of: cast.li, RecordContent(cast.zone, epoch: 2)),
            .erase(record, of: cast.li), by: cast.li)
        let item = try RecordQueries.item(record, of: cast.li.id, in: cast.zone.store)
        #expect(item?.versions == 2)
        #expect(item?.erasure != nil)
    }

    @Test("cost a record write four reads, two writes and one event")
    func costOfWrite() throws {
        let cast = try TestCast()
        try cast.zone.send(.publish(epoch: 1), by: cast.zhang)
        let reader = CountingReader(cast.zone.store)
        let overlay = StateOverlay(base: reader)
        let transaction = try cast.zone.transaction(
            [.write(.zero, of: cast.zhang, RecordContent(cast.zone))], by: cast.hospital)
        let block = BlockContext(
            zone: "33", chain: cast.zone.replica.chain, height: 9, time: cast.zone.now,
            authority: cast.authority.id, epoch: 0,
            validators: cast.zone.replica.head.validators, parentState: .zero)
        let events = try cast.zone.registry.execute(transaction, block: block, state: overlay).get()
        #expect(reader.count == 4)
        #expect(overlay.changes.count == 2)
        #expect(events.count == 1)
    }
}

/// Counts the values that are read.
private final class CountingReader: StateReader {
    private let base: any StateReader
    private let reads = Mutex(0)

    init(_ base: any StateReader) { self.base = base }

    var count: Int { reads.withLock { $0 } }

    func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        reads.withLock { $0 += 1 }
        return try base.value(for: key)
    }

    func scan(
        prefix: [UInt8], after: [UInt8]?, limit: Int
    ) throws(StorageError) -> [KeyValue] {
        try base.scan(prefix: prefix, after: after, limit: limit)
    }
}
