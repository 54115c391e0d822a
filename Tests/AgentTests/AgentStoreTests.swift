@testable import Agent
import Base
import Cryptography
import FHIRModel
import Ledger
import Storage
import Testing

struct AgentStoreTests {
    private let protection = KeystoreProtection.unprotectedForDemonstrationsOnly

    /// Entries of every kind.
    private func entries(_ random: SeededRandom, _ number: UInt64) -> [JournalEntry] {
        let account = AccountID(random.hash256())
        let secret = SecretBytes(randomCount: 32, from: random)
        return [
            .hostedWallet(root: secret, pseudonym: account),
            .patient(
                PatientKey(system: "urn:oid:1", value: "\(number)", secret: secret),
                pseudonym: account, isHosted: true),
            .patient(
                PatientKey(source: "his", id: "\(number)", secret: secret), pseudonym: account,
                isHosted: true),
            .importBegun(
                file: Hash256(words: (0, 0, 0, number)), time: Timestamp(milliseconds: number)),
            .importFinished(
                ImportSummary(
                    file: Hash256(words: (0, 0, 0, number)), recordCount: number,
                    manifests: [.init(owner: account, record: random.hash256())],
                    time: Timestamp(milliseconds: number))),
            .epochSeed(
                EpochKeyName(owner: account, domain: .imaging, epoch: number), seed: secret),
            .sharedReadingKey(account: account, seed: secret),
        ]
    }

    private func state(_ entries: [JournalEntry]) -> AgentState {
        entries.reduce(into: AgentState()) { $0.apply($1) }
    }

    private func same(_ left: AgentState, _ right: AgentState) -> Bool {
        left.wallets == right.wallets && left.patients == right.patients
            && left.identified == right.identified && left.begunImports == right.begunImports
            && left.finishedImports == right.finishedImports
            && left.epochSeeds == right.epochSeeds
            && left.sharedReadingKeys == right.sharedReadingKeys
    }

    @Test("what was remembered is there after the store is opened again")
    func reopening() throws {
        let random = SeededRandom(seed: 1)
        let disk = SimulatedDisk(seed: 1)
        let identity = try Identity(.institution, label: "h", random: random)
        let store = try AgentStore.create(
            identity, at: "h.keystore", on: disk, protection: protection, random: random)
        var all: [JournalEntry] = []
        for number in 1...5 as ClosedRange<UInt64> {
            let some = entries(random, number)
            try store.remember(some)
            all += some
        }
        #expect(same(store.state, state(all)))
        store.close()
        let again = try AgentStore.open(
            at: "h.keystore", on: disk, protection: protection, random: random)
        #expect(same(again.state, state(all)))
        #expect(again.identity.account == identity.account)
    }

    @Test("a keystore is never overwritten by another identity")
    func noOverwriting() throws {
        let random = SeededRandom(seed: 2)
        let disk = SimulatedDisk(seed: 2)
        func create() throws(AgentStoreError) {
            guard let identity = try? Identity(.practitioner, label: "d", random: random) else {
                return
            }
            _ = try AgentStore.create(
                identity, at: "d", on: disk, protection: protection, random: random)
        }
        try create()
        #expect(throws: AgentStoreError.exists) { try create() }
        #expect(throws: AgentStoreError.missing) {
            try AgentStore.open(at: "e", on: disk, protection: protection, random: random)
        }
    }

    @Test("a resident's homes survive")
    func homes() throws {
        let random = SeededRandom(seed: 3)
        let disk = SimulatedDisk(seed: 3)
        let store = try AgentStore.create(
            try Identity(.resident, label: "r", random: random), at: "r", on: disk,
            protection: protection, random: random)
        let home = AccountID(random.hash256())
        try store.addHome(home)
        try store.addHome(home)
        store.close()
        let again = try AgentStore.open(
            at: "r", on: disk, protection: protection, random: random)
        #expect(again.identity.homes == [home])
    }

    /// Creates a store and appends five times; returns how many appends were acknowledged.
    private func load(_ disk: SimulatedDisk, _ all: [[JournalEntry]]) -> Int {
        let random = SeededRandom(seed: 9)
        guard let identity = try? Identity(.institution, label: "h", random: random),
            let store = try? AgentStore.create(
                identity, at: "h", on: disk, protection: protection, random: random)
        else { return -1 }
        for (index, some) in all.enumerated() {
            guard (try? store.remember(some)) != nil else { return index }
        }
        return all.count
    }

    @Test(
        "a crash at any write, sync or name change loses nothing acknowledged",
        arguments: DiskFault.Operation.allCases)
    func crashes(operation: DiskFault.Operation) throws {
        let random = SeededRandom(seed: 10)
        let all = (1...5).map { entries(random, UInt64($0)) }
        let counting = SimulatedDisk(seed: 0)
        #expect(load(counting, all) == all.count)
        let count = counting.count(of: operation)
        #expect(count > 0)
        for number in 1...count {
            for seed in 0..<8 as Range<UInt64> {
                let disk = SimulatedDisk(seed: seed)
                disk.plan([DiskFault(.crash, at: operation, number)])
                let acknowledged = load(disk, all)
                disk.restart(seed % 2 == 0 ? .power : .process)
                let place = "\(operation) \(number), seed \(seed)"
                guard acknowledged >= 0 else {
                    try expectUsable(disk, place)
                    continue
                }
                let store = try AgentStore.open(
                    at: "h", on: disk, protection: protection, random: random)
                let found = store.state
                let possible = [acknowledged, acknowledged + 1].filter { $0 <= all.count }
                #expect(
                    possible.contains { same(found, state(Array(all.prefix($0).joined()))) },
                    "\(place)")
                try store.remember(entries(random, 99))
                store.close()
                let again = try AgentStore.open(
                    at: "h", on: disk, protection: protection, random: random)
                #expect(again.state.begunImports.count == found.begunImports.count + 1, "\(place)")
            }
        }
    }

    /// A creation that crashed leaves nothing, or a keystore that opens.
    private func expectUsable(_ disk: SimulatedDisk, _ place: String) throws {
        let random = SeededRandom(seed: 11)
        if try disk.exists("h") {
            let store = try AgentStore.open(
                at: "h", on: disk, protection: protection, random: random)
            #expect(store.state.wallets.isEmpty, "\(place)")
        } else {
            #expect(load(disk, []) == 0, "\(place)")
        }
    }

    @Test("a failed sync poisons the store until it is opened again")
    func failedSync() throws {
        let random = SeededRandom(seed: 12)
        let disk = SimulatedDisk(seed: 12)
        let store = try AgentStore.create(
            try Identity(.institution, label: "h", random: random), at: "h", on: disk,
            protection: protection, random: random)
        disk.plan([DiskFault(.fail, at: .sync, disk.count(of: .sync) + 1)])
        #expect(throws: AgentStoreError.self) { try store.remember(entries(random, 1)) }
        #expect(throws: AgentStoreError.poisoned) { try store.remember(entries(random, 2)) }
        #expect(store.state.wallets.isEmpty)
        store.close()
        let again = try AgentStore.open(
            at: "h", on: disk, protection: protection, random: random)
        try again.remember(entries(random, 3))
    }

    @Test("a damaged frame in the middle and a foreign key are errors, not lost data")
    func damage() throws {
        let random = SeededRandom(seed: 13)
        let disk = SimulatedDisk(seed: 13)
        let store = try AgentStore.create(
            try Identity(.institution, label: "h", random: random), at: "h", on: disk,
            protection: protection, random: random)
        let first = try #require(disk.content(of: "h.journal")).count
        try store.remember(entries(random, 1))
        try store.remember(entries(random, 2))
        store.close()
        #expect(disk.damage("h.journal", at: first + 40, xor: 1))
        #expect(throws: AgentStoreError.journal(frame: 1)) {
            try AgentStore.open(at: "h", on: disk, protection: protection, random: random)
        }
        #expect(disk.damage("h.journal", at: first + 40, xor: 1))
        #expect(disk.damage("h.journal", at: 10, xor: 1))
        #expect(throws: AgentStoreError.journal(frame: 0)) {
            try AgentStore.open(at: "h", on: disk, protection: protection, random: random)
        }
    }

    @Test("a journal shows nothing of what it holds")
    func secrecy() throws {
        let random = SeededRandom(seed: 14)
        let disk = SimulatedDisk(seed: 14)
        let store = try AgentStore.create(
            try Identity(.institution, label: "h", random: random), at: "h", on: disk,
            protection: protection, random: random)
        let some = entries(random, 1)
        try store.remember(some)
        let content = try #require(disk.content(of: "h.journal"))
        for account in store.state.wallets.keys { #expect(!content.contains(account.hash.bytes)) }
    }
}
