import Audit
import Base
import Consent
import ContractKit
import Cryptography
import Encoding
import Keys
import Ledger
import Membership
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

    @Test("are 25 calls, whose set is part of every header")
    func contractSet() {
        #expect(Self.calls.count == 25)
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
        for (module, name) in Self.calls {
            var codes: Set<String?> = []
            for sender in senders {
                for arguments in [
                    [], [0x80], [0x81, 0xF6], [0xFF], [0x9B] + Array(repeating: 255, count: 8),
                ] {
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
            authority: cast.authority.id)
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

@Suite("Execution")
struct DeterminismTests {
    /// A busy hour of a zone: hundreds of calls of every module, many of them refused.
    private func history(seed: UInt64) throws -> [[SignedTransaction]] {
        let cast = try TestCast(seed: seed)
        var random = SplitMix64(seed: seed)
        var blocks: [[SignedTransaction]] = []
        let senders = [
            cast.authority, cast.hospital, cast.clinic, cast.doctor, cast.familyDoctor,
            cast.zhang, cast.li,
        ]
        let records = (0..<4).map { _ in cast.zone.random.hash256() }
        let codes = try (0..<3).map { _ in try cast.zone.account() }
        for _ in 0..<12 {
            var block: [SignedTransaction] = []
            for _ in 0..<20 {
                guard let sender = senders.randomElement(using: &random),
                    let owner = [cast.zhang, cast.li, cast.hospital].randomElement(using: &random),
                    let record = records.randomElement(using: &random),
                    let code = codes.randomElement(using: &random)
                else { continue }
                let epoch = UInt64.random(in: 1...4, using: &random)
                let content = RecordContent(cast.zone, epoch: epoch)
                let possible: [Call] = [
                    .publish(epoch: epoch), .grantKey(to: cast.doctor, epoch: epoch),
                    .write(record, of: owner, content), .amend(record, of: owner, content),
                    .erase(record, of: owner), .release(record, of: owner),
                    .hold(record, of: owner, until: cast.zone.now.advanced(bySeconds: 3)),
                    .consent(record, to: .person(cast.doctor.id), until: .distant),
                    .revoke(record), .consume(record, of: owner), .issue(code, cast.offer()),
                    .redeem(code), .cancel(code), .moveWallet(to: cast.clinic),
                    .record([cast.event(of: owner, reader: cast.doctor)]),
                ]
                let calls = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
                    possible.randomElement(using: &random)
                }
                let others = calls.contains { $0.name == "redeemCode" } ? [code] : []
                block.append(try cast.zone.transaction(calls, by: sender, with: others))
            }
            blocks.append(block)
        }
        return blocks
    }

    /// What a replica made of the history.
    private struct Result: Hashable {
        var roots: [Hash256] = []
        var outcomes: [Outcome] = []
    }

    private func run(
        _ blocks: [[SignedTransaction]], seed: UInt64, contracts: [any Contract.Type]
    ) throws -> Result {
        let cast = try TestCast(seed: seed, contracts: contracts)
        var result = Result()
        for block in blocks {
            let executed = try #require(try cast.zone.block(block))
            result.roots.append(executed.header.stateRoot)
            result.outcomes += executed.outcomes
        }
        return result
    }

    @Test("of the same transactions gives the same writes and state", arguments: UInt64(1)...4)
    func sameResults(seed: UInt64) throws {
        let blocks = try history(seed: seed)
        let first = try run(blocks, seed: seed, contracts: TestZone.contracts)
        let second = try run(blocks, seed: seed, contracts: TestZone.contracts.reversed())
        #expect(first == second, "seed \(seed)")
        // The history must be worth running: much succeeds, much is refused.
        let failures = Set(first.outcomes.compactMap(\.failure))
        #expect(first.outcomes.filter { $0.failure == nil }.count > 30)
        #expect(failures.count > 10)
        #expect(Set(first.roots).count > 5)
    }

    @Test("gives the state root of all rows, however they came about", arguments: UInt64(1)...2)
    func rootOfRows(seed: UInt64) throws {
        let blocks = try history(seed: seed)
        let cast = try TestCast(seed: seed)
        for block in blocks { try cast.zone.block(block) }
        let rows = try cast.zone.store.scan(prefix: [], after: nil, limit: 1_000_000)
        #expect(rows.count > 50)
        #expect(cast.zone.rebuiltRoot(rows) == cast.zone.replica.head.stateRoot)
    }
}
