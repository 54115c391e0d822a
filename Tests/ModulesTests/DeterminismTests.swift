import Base
import Consent
import ContractKit
import Cryptography
import Encoding
import Ledger
import Membership
import Merkle
import Records
import Storage
import Testing

@Suite("Execution")
struct DeterminismTests {
    /// A busy hour of a zone: hundreds of calls of every module, many of them refused.
    private func history(seed: UInt64) throws -> [[SignedTransaction]] {
        let cast = try TestCast(seed: seed)
        var random = SplitMix64(seed: seed)
        let records = (0..<12).map { _ in cast.zone.random.hash256() }
        let codes = try (0..<8).map { _ in try cast.zone.account() }
        return try (0..<12).map { _ in
            try (0..<50).compactMap { _ in
                try transaction(in: cast, records, codes, &random)
            }
        }
    }

    /// One to three calls of somebody who may make them, or of somebody else.
    private func transaction(
        in cast: TestCast, _ records: [Hash256], _ codes: [TestAccount],
        _ random: inout SplitMix64
    ) throws -> SignedTransaction? {
        guard
            let (owner, registrar) = [(cast.zhang, cast.hospital), (cast.li, cast.clinic)]
                .randomElement(using: &random),
            let record = records.randomElement(using: &random),
            let code = codes.randomElement(using: &random)
        else { return nil }
        let epoch = UInt64.random(in: 1...2, using: &random)
        let soon = cast.zone.now.advanced(bySeconds: 3)
        let byOwner: [Call] = [
            .publish(epoch: epoch), .grantKey(to: cast.doctor, epoch: epoch),
            .erase(record, of: owner), .revoke(record), .issue(code, cast.offer()),
            .consent(record, to: .person(cast.doctor.id), until: .distant), .cancel(code),
            .moveWallet(to: cast.clinic),
        ]
        let byRegistrar: [Call] = [
            .write(record, of: owner, RecordContent(cast.zone, epoch: epoch)),
            .amend(record, of: owner, RecordContent(cast.zone, epoch: epoch)),
            .hold(record, of: owner, until: soon), .release(record, of: owner),
            .consume(record, of: owner), .record([cast.event(of: owner, reader: cast.doctor)]),
        ]
        let (sender, possible) =
            switch Int.random(in: 0..<10, using: &random) {
            case 0: (cast.doctor, byOwner + byRegistrar)
            case 1...2: (cast.doctor, [Call.redeem(code)])
            case 3...5: (owner, byOwner)
            default: (registrar, byRegistrar)
            }
        let calls = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
            possible.randomElement(using: &random)
        }
        let others = calls.contains { $0.name == "redeemCode" } ? [code] : []
        return try cast.zone.transaction(calls, by: sender, with: others)
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
