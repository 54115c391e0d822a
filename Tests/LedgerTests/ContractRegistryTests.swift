import Base
import ContractKit
import Cryptography
import Encoding
import Ledger
import Storage
import Testing

/// A contract that does what its tests need.
private enum Probe: Contract {
    static let name = "probe"
    static let version: UInt64 = 1
    static let table = Table<UInt8, TableTests.Number>("probe/rows")

    static var calls: [CallDefinition] {
        [
            CallDefinition("put", TableTests.Number.self, .anyone) {
                (number, context) throws(CallFailure) in
                table.put(1, number, in: context)
                try context.emit(Event(module: name, name: "put", accounts: [context.sender]))
            },
            CallDefinition("supervise", TableTests.Number.self, .authority) {
                (_, _) throws(CallFailure) in
            },
            CallDefinition("two", TableTests.Number.self, .authority, never) {
                (_, _) throws(CallFailure) in
            },
            CallDefinition("refuse", TableTests.Number.self, .anyone) {
                (_, _) throws(CallFailure) in throw .refuse("probe.no", "No.", "不。")
            },
            CallDefinition("shout", TableTests.Number.self, .anyone) {
                (number, context) throws(CallFailure) in
                for _ in 0..<number.value {
                    try context.emit(Event(module: name, name: "shout", accounts: []))
                }
            },
            CallDefinition("rotate", TableTests.Number.self, .anyone) {
                (_, context) throws(CallFailure) in
                context.setKeys(AccountKeys(keys: []), of: context.sender)
            },
            CallDefinition("read", TableTests.Number.self, .anyone) {
                (_, context) throws(CallFailure) in _ = try table.row(1, in: context)
            },
        ]
    }

    static let never = Guard { (_) throws(CallFailure) in
        throw .refuse("probe.never", "Never.", "绝不。")
    }
}

private enum NewerProbe: Contract {
    static let name = "probe"
    static let version: UInt64 = 2
    static var calls: [CallDefinition] { Probe.calls }
    static var refusals: [Refusal] { [Refusal("probe.no", "No.", "不。")] }
}

/// A disk that fails.
private struct BrokenReader: StateReader {
    func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? { throw .inputOutput("disk") }

    func scan(
        prefix: [UInt8], after: [UInt8]?, limit: Int
    ) throws(StorageError) -> [KeyValue] { throw .inputOutput("disk") }
}

@Suite("The contract registry")
struct ContractRegistryTests {
    private let bench = ContractBench([Probe.self])
    private let sender = ContractBench.account(1)

    private func call(_ name: String, _ number: UInt64 = 1) -> Call {
        Call(Probe.self, name, TableTests.Number(number))
    }

    private func signed(_ calls: [Call]) throws -> SignedTransaction {
        let key = try SigningKey(suite: .ed25519, random: SeededRandom(seed: 1))
        let account = AccountID(foundedBy: key.publicKey)
        let body = TransactionBody(
            chain: .zero, sender: account, nonce: [UInt8](repeating: 0, count: 16),
            validUntil: 9, calls: calls)
        return try SignedTransaction(signing: body, with: [(account, key)])
    }

    private func execute(
        _ calls: [Call], on state: any StateReader
    ) throws -> Result<[Event], ExecutionFailure> {
        let block = ContractBench.block(height: 1, time: Timestamp(milliseconds: 1))
        return try bench.registry.execute(
            signed(calls), block: block, state: StateOverlay(base: state))
    }

    @Test("runs the calls of a transaction in order and gathers their events")
    func order() throws {
        #expect(try bench.run([call("put", 1), call("put", 2)], by: sender) == nil)
        #expect(try Probe.table.row(1, in: bench.store) == TableTests.Number(2))
        #expect(bench.events.map(\.accounts) == [[sender], [sender]])
        #expect(try execute([call("put")], on: bench.store).get().count == 1)
    }

    @Test("ends at the first refusal and keeps nothing")
    func firstRefusal() throws {
        #expect(
            try bench.run([call("put"), call("refuse"), call("put")], by: sender) == "probe.no")
        #expect(try Probe.table.row(1, in: bench.store) == nil)
        #expect(bench.events.isEmpty)
        let failure = try execute([call("put"), call("refuse")], on: bench.store)
        #expect(failure == .failure(ExecutionFailure(code: "probe.no")))
    }

    @Test("refuses calls that no contract has")
    func unknown() throws {
        for (module, name) in [("probe", "none"), ("none", "put"), ("", ""), ("probe.put", "")] {
            let call = Call(module: module, name: name, arguments: [1])
            #expect(try bench.run(call, by: sender) == "call.unknown")
        }
    }

    @Test("refuses arguments that do not decode to the last byte")
    func malformed() throws {
        for arguments in [[], [1, 1], [0x18, 1], [0x40]] as [[UInt8]] {
            let call = Call(module: "probe", name: "put", arguments: arguments)
            #expect(try bench.run(call, by: sender) == "call.malformed")
            #expect(
                try execute([call], on: bench.store)
                    == .failure(ExecutionFailure(code: "call.malformed")))
        }
    }

    @Test("asks every guard before it looks at arguments")
    func guards() throws {
        let nonsense = Call(module: "probe", name: "supervise", arguments: [0xFF])
        #expect(try bench.run(nonsense, by: sender) == "caller.not-authority")
        #expect(try bench.run(nonsense, by: ContractBench.authority) == "call.malformed")
        #expect(try bench.run(call("supervise"), by: ContractBench.authority) == nil)
        #expect(try bench.run(call("two"), by: sender) == "caller.not-authority")
        #expect(try bench.run(call("two"), by: ContractBench.authority) == "probe.never")
    }

    @Test("allows as many events as one transaction may have, over all its calls")
    func events() throws {
        let limit = UInt64(LedgerLimits.eventCount)
        #expect(try bench.run([call("shout", limit - 1), call("put")], by: sender) == nil)
        #expect(
            try bench.run([call("shout", limit), call("put")], by: sender)
                == "contract.too-many-events")
    }

    @Test("gives no verdict when the disk fails")
    func disk() {
        #expect(throws: StorageError.inputOutput("disk")) {
            try execute([call("read")], on: BrokenReader())
        }
    }

    @Test("explains codes of its contracts and of the kit, and no others")
    func explanations() {
        let registry = ContractRegistry([NewerProbe.self])
        #expect(registry.refusal(for: "probe.no")?.chinese == "不。")
        #expect(registry.refusal(for: "probe.yes") == nil)
        for refusal in CallRefusal.refusals {
            #expect(registry.refusal(for: refusal.code) == refusal)
            #expect(ReasonCode(refusal.code) != nil)
        }
    }

    @Test("names its contracts and their versions in a digest, in any order")
    func digest() {
        let one = bench.registry.contractSetDigest
        let both = ContractRegistry([Probe.self, AppointmentsContract.self]).contractSetDigest
        #expect(
            both == ContractRegistry([AppointmentsContract.self, Probe.self]).contractSetDigest)
        #expect(Set([one, both, ContractRegistry([NewerProbe.self]).contractSetDigest]).count == 3)
    }
}

@Suite("The context of a call")
struct CallContextTests {
    @Test("knows the block, its time and everybody who signed")
    func signers() {
        let bench = ContractBench([])
        let (first, second, third) = (
            ContractBench.account(1), ContractBench.account(2), ContractBench.account(3)
        )
        let context = bench.context(first, [second], StateOverlay(base: bench.store))
        #expect(context.isSigned(by: first))
        #expect(context.isSigned(by: second))
        #expect(!context.isSigned(by: third))
        #expect(context.now == context.block.time)
    }

    @Test("replaces the keys of an account in the ledger's own table")
    func keys() throws {
        let bench = ContractBench([Probe.self])
        let sender = ContractBench.account(1)
        #expect(
            try bench.run(Call(Probe.self, "rotate", TableTests.Number(1)), by: sender) == nil)
        let row = try #require(try bench.store.value(for: Accounts.stateKey(sender)))
        #expect(try AccountKeys(decoding: row) == AccountKeys(keys: []))
    }
}
