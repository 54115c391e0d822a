import Base
import ContractKit
import Cryptography
import Governance
import Ledger
import Storage
import Testing

@Suite("Governance over a long time")
struct GovernanceHistoryTests {
    /// Parties, whoever they are now, and every key that a party ever had.
    private final class World {
        let council: Council
        let parties: [TestValidator]
        var keys: [PublicKey: SigningKey] = [:]
        var proposals: [Hash256] = []
        var random: SplitMix64

        init(seed: UInt64) throws {
            council = try Council(seed % 2 == 0 ? [1] : [4, 4, 4, 4], candidates: 4)
            parties = council.members + council.candidates
            random = SplitMix64(seed: seed)
            for party in parties { keys[party.key.publicKey] = party.key }
        }

        func one<Item>(_ items: [Item]) -> Item? { items.randomElement(using: &random) }

        func step() throws -> SetChange? {
            guard let party = one(parties) else { return nil }
            switch Int.random(in: 0..<4, using: &random) {
            case 0: return .add(party.validator)
            case 1: return .remove(party.id)
            case 2:
                let key = try SigningKey(suite: .ed25519, random: council.zone.random)
                keys[key.publicKey] = key
                return .rekey(party.id, key.publicKey)
            default: return .reweigh(party.id, UInt64.random(in: 3...5, using: &random))
            }
        }

        /// The call of a validator of the waiting change that it is ready.
        func readiness(_ party: TestValidator) throws -> Call? {
            guard let change = try GovernanceQueries.waiting(in: council.zone.store),
                let key = change.validators.validator(of: party.id).flatMap({ keys[$0.key] })
            else { return nil }
            return try council.readiness(party, key: key)
        }

        /// Something that somebody might send.
        func call(by party: TestValidator?) throws -> Call? {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...1:
                let count = Int.random(in: 1...2, using: &random)
                return .propose(try (0..<count).compactMap { _ in try step() })
            case 2: return one(parties).map { .remove(inEmergency: [$0.id]) }
            case 3:
                let key = try SigningKey(suite: .ed25519, random: council.zone.random)
                keys[key.publicKey] = key
                return .rotate(to: key.publicKey)
            case 4: return one(proposals).map { .withdraw($0) }
            case 5: return one(proposals).map { .reject($0) }
            case 6...8: return one(proposals.suffix(2)).map { .approve($0) }
            default: return try party.flatMap { try readiness($0) }
            }
        }
    }

    @Test(
        "keeps the rules, whoever sends what, and the ledger's rows say what the headers say",
        arguments: UInt64(1)...6)
    func invariants(seed: UInt64) throws {
        let world = try World(seed: seed)
        let council = world.council
        var (changes, refusals) = (0, 0)
        var former = council.set
        for _ in 0..<700 {
            let party = world.one(world.parties + [nil, nil])
            guard let call = try world.call(by: party ?? nil) else { continue }
            let sender = (party ?? nil)?.account ?? council.authority
            let transaction = try council.zone.transaction([call], by: sender)
            let epoch = council.epoch
            let executed = try #require(try council.zone.block([transaction]))
            if executed.outcomes[0].failure != nil { refusals += 1 }
            if executed.outcomes[0].events.first?.name == "proposed" {
                world.proposals.append(transaction.id.hash)
            }
            let header = executed.header
            #expect(header.epoch == epoch)
            #expect(header.validators == former.digest)
            #expect(header.nextValidators == council.set.digest)
            let current = try ValidatorTable.current(
                council.zone.replica.genesis, in: council.zone.store)
            #expect(current.validators == council.set && current.epoch == council.epoch)
            guard header.endsEpoch else { continue }
            changes += 1
            #expect(council.epoch == epoch + 1)
            #expect(ValidatorRules.error(from: former, to: council.set) == nil, "seed \(seed)")
            #expect(current.first == header.height + 1)
            let rows = try council.zone.store.scan(prefix: [], after: nil, limit: 100_000)
            #expect(council.zone.rebuiltRoot(rows) == header.stateRoot)
            former = council.set
        }
        #expect(changes >= 2 && refusals > 100, "seed \(seed): \(changes) changes")
    }
}
