import Base
import Cryptography
import Governance
import Ledger

/// How steps, keys and proposals are written on a command line.
enum GovernanceOptions {
    /// The steps of `propose`, in the order add, remove, rekey, reweigh.
    static func changes(_ invocation: Invocation) throws(CommandError) -> [SetChange] {
        var changes: [SetChange] = []
        for text in invocation.all("add") {
            let parts = try parts(text, 3, "add", "ACCOUNT:KEY:WEIGHT")
            changes.append(
                .add(
                    Validator(
                        account: try account(parts[0]), key: try key(parts[1]),
                        weight: try weight(parts[2]))))
        }
        for text in invocation.all("remove") { changes.append(.remove(try account(text))) }
        for text in invocation.all("rekey") {
            let parts = try parts(text, 2, "rekey", "ACCOUNT:KEY")
            changes.append(.rekey(try account(parts[0]), try key(parts[1])))
        }
        for text in invocation.all("reweigh") {
            let parts = try parts(text, 2, "reweigh", "ACCOUNT:WEIGHT")
            changes.append(.reweigh(try account(parts[0]), try weight(parts[1])))
        }
        return changes
    }

    /// The proposal that the first operand names.
    static func proposal(_ invocation: Invocation) throws(CommandError) -> Hash256 {
        guard let hash = Hex.decode(invocation.operands[0]).flatMap({ Hash256($0) }) else {
            throw .usage("A proposal is 64 hexadecimal digits.", "提案编号为 64 位十六进制数。")
        }
        return hash
    }

    /// A public key: the suite's byte and the key, in hexadecimal, as `governance key` prints it.
    static func key(_ text: some StringProtocol) throws(CommandError) -> PublicKey {
        guard let bytes = Hex.decode(text), let key = try? PublicKey(tagged: bytes) else {
            throw .usage(
                "\(text) is no public key; `kanglian governance key` makes one and prints it.",
                "\(text) 不是公钥；可用 `kanglian governance key` 生成。")
        }
        return key
    }

    private static func parts(
        _ text: String, _ count: Int, _ option: String, _ form: String
    ) throws(CommandError) -> [Substring] {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == count else {
            throw .usage("--\(option) takes \(form).", "--\(option) 的格式为 \(form)。")
        }
        return parts
    }

    private static func account(_ text: some StringProtocol) throws(CommandError) -> AccountID {
        guard let account = AccountID(text) else {
            throw .usage("An account is 64 hexadecimal digits.", "账户为 64 位十六进制数。")
        }
        return account
    }

    private static func weight(_ text: some StringProtocol) throws(CommandError) -> UInt64 {
        guard let weight = UInt64(text), (1...ValidatorSet.weightLimit).contains(weight) else {
            throw .usage(
                "A weight is a number from 1 to \(ValidatorSet.weightLimit).",
                "权重为 1 至 \(ValidatorSet.weightLimit) 的数字。")
        }
        return weight
    }
}
