import Base
import Cryptography
import Encoding
import Ledger
import Storage

/// A contract of the tests: the module `scratch` puts, deletes, adds, refuses and fails on demand.
struct ScratchExecutor: Executor {
    let contractSetDigest = HashSuite.sha256.hash(Array("scratch 1".utf8))

    static func put(_ key: String, _ value: [UInt8]) -> Call {
        var writer = CBORWriter()
        writer.array(2)
        writer.byteString(Array(key.utf8))
        writer.byteString(value)
        return Call(module: "scratch", name: "put", arguments: writer.bytes)
    }

    /// One of the calls that only name a key: `delete`, `count`, `refuse` or `break`.
    static func call(_ name: String, _ key: String) -> Call {
        var writer = CBORWriter()
        writer.array(1)
        writer.byteString(Array(key.utf8))
        return Call(module: "scratch", name: name, arguments: writer.bytes)
    }

    /// Gives an account other keys.
    static func rotate(to keys: [PublicKey]) -> Call {
        Call(module: "scratch", name: "rotate", arguments: AccountKeys(keys: keys).encoded)
    }

    /// Leaves a change of the validator set, decided in this block, or drops the one that waits.
    static func change(_ change: ValidatorChange?) -> Call {
        Call(module: "scratch", name: "change", arguments: change?.encoded ?? [])
    }

    /// Says that a validator of the coming set is ready.
    static func confirm(_ account: AccountID) -> Call {
        Call(module: "scratch", name: "confirm", arguments: account.hash.bytes)
    }

    func execute(
        _ transaction: SignedTransaction, block: BlockContext, state: StateOverlay
    ) throws(StorageError) -> Result<[Event], ExecutionFailure> {
        var events: [Event] = []
        for call in transaction.body.calls {
            let failure = try run(call, by: transaction.body.sender, block, state)
            if let failure { return .failure(ExecutionFailure(code: failure)) }
            events.append(
                Event(
                    module: "scratch", name: call.name, accounts: [transaction.body.sender],
                    data: Array("\(block.height) \(block.time.milliseconds)".utf8)))
        }
        return .success(events)
    }

    /// The code of the refusal, or nil.
    private func run(
        _ call: Call, by sender: AccountID, _ block: BlockContext, _ state: StateOverlay
    ) throws(StorageError) -> String? {
        if call.name == "rotate" {
            guard let keys = try? AccountKeys(decoding: call.arguments) else {
                return "scratch.malformed"
            }
            Accounts.setKeys(keys, of: sender, in: state)
            return nil
        }
        if call.name == "change" {
            let change = try? ValidatorChange(decoding: call.arguments)
            ValidatorTable.setChange(change, in: state)
            return nil
        }
        if call.name == "confirm" {
            let waiting = try ValidatorTable.change { (key) throws(StorageError) in
                try state.value(for: key)
            }
            guard var change = waiting, let account = Hash256(call.arguments) else {
                return "scratch.no-change"
            }
            change.confirm(AccountID(account))
            ValidatorTable.setChange(change, in: state)
            return nil
        }
        guard let (key, value) = try? Self.arguments(call) else { return "scratch.malformed" }
        switch call.name {
        case "put": state.put(key, value)
        case "delete": state.delete(key)
        case "count":
            let before = try state.value(for: key)?.first ?? 0
            state.put(key, [before &+ 1])
        case "refuse":
            // What is written before a refusal must not stay.
            state.put(key, [0xFF])
            return "scratch.refused"
        case "break": throw .inputOutput("scratch")
        default: return "scratch.unknown"
        }
        return nil
    }

    private static func arguments(
        _ call: Call
    ) throws(CBORError) -> (key: [UInt8], value: [UInt8]) {
        var reader = try CBORReader(call.arguments)
        let count = try reader.array(atMost: 2)
        let key = try reader.byteString()
        let value = count == 2 ? try reader.byteString() : []
        try reader.finish()
        return (key, value)
    }
}
