import Agent
import Base
import Cryptography
import Encoding
import FHIRModel
import Ledger
import StorageFiles
import System

/// The options by which commands find their node.
enum NodeOption {
    static let url = CommandOption.value(
        "node", "URL", "the node (default: KANGLIAN_NODE or http://127.0.0.1:8080)",
        "节点地址（默认：KANGLIAN_NODE 或 http://127.0.0.1:8080）")

    static func address(_ invocation: Invocation) -> String {
        let url =
            invocation.value("node") ?? Environment.value("KANGLIAN_NODE")
            ?? "http://127.0.0.1:8080"
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// A port for public data only.
    static func publicPort(_ invocation: Invocation) -> HTTPPort {
        HTTPPort(url: address(invocation), signer: nil)
    }
}

/// An identity at work: its keystore, opened, and its port to the node.
struct AgentSession {
    static let identityOption = CommandOption.value(
        "as", "KEYS", "the keystore that acts, such as zone/hospital-a.keys",
        "使用的密钥库，如 zone/hospital-a.keys")

    static let options = [identityOption, NodeOption.url]

    let store: AgentStore
    let port: HTTPPort
    let chain: Hash256
    /// The zone's cipher.
    let suite: CipherSuite
    let random = SystemRandom()

    init(_ invocation: Invocation) throws {
        let file = try invocation.required("as")
        guard FileSystem.exists(file) else {
            throw CommandError(
                .notFound, "keystore.missing", "There is no keystore \(file). Check the path.",
                "没有密钥库 \(file)。请核对路径。")
        }
        let folder = FileSystem.folder(of: file)
        let name = String(file.split(separator: "/").last ?? "")
        do throws(AgentStoreError) {
            store = try AgentStore.open(
                at: name, on: Self.disk(folder), protection: try Self.protection(file),
                random: random)
        } catch {
            throw CommandError(.unavailable, error.refusal)
        }
        let signer = try Self.signer(store.identity)
        port = HTTPPort(url: NodeOption.address(invocation), signer: signer)
        do {
            let trust = try TrustFile(parsing: try port.get("/v1/trust"))
            chain = trust.genesis.id
            suite = CipherSuite(besides: trust.genesis.hashSuite)
        } catch let error as PortError {
            throw CommandError(error)
        }
    }

    private static func disk(_ folder: String) throws(AgentStoreError) -> LinuxDisk {
        do { return try LinuxDisk(root: folder) } catch { throw .storage(error) }
    }

    /// The passphrase of a sealed keystore comes from KANGLIAN_PASSPHRASE.
    private static func protection(_ file: String) throws(AgentStoreError) -> KeystoreProtection {
        guard let passphrase = Environment.value("KANGLIAN_PASSPHRASE"), !passphrase.isEmpty else {
            return .unprotectedForDemonstrationsOnly
        }
        return .passphrase(SecretBytes(copying: Array(passphrase.utf8)), cost: .interactive)
    }

    private static func signer(_ identity: Identity) throws -> Signer {
        if let signer = identity.signer { return signer }
        guard let wallet = identity.wallet, let home = identity.homes.first else {
            throw CommandError(
                .notFound, "wallet.no-home",
                "This wallet has no pseudonym yet. Have an institution enrol it first.",
                "此钱包尚无假名。请先由机构登记。")
        }
        return try wallet.pseudonym(at: home).signer
    }

    /// The account in whose name the session speaks.
    var account: AccountID? { (try? Self.signer(store.identity))?.account }

    /// The keys of an owner whose secrets the keystore holds: `--owner`, or its own.
    func owner(_ invocation: Invocation) throws -> OwnerKeys {
        let wanted = try ownerAccount(invocation)
        guard let keys = OwnerLookup.keys(of: wanted, in: store) else {
            throw CommandError(
                .refused, "owner.no-keys",
                "This keystore does not hold the owner's keys. Use the owner's wallet or its host.",
                "此密钥库没有所有者的密钥。请使用所有者的钱包或其托管机构。")
        }
        return keys
    }

    func desk(_ invocation: Invocation) throws -> OwnerDesk {
        OwnerDesk(
            owner: try owner(invocation), port: port, chain: chain, suite: suite,
            random: random)
    }

    /// `--owner`, the only owner whose records were opened to this keystore, or the session itself.
    func ownerAccount(_ invocation: Invocation) throws -> AccountID {
        if let text = invocation.value("owner") {
            guard let account = AccountID(text) else {
                throw CommandError.usage(
                    "--owner is an account of 64 hexadecimal digits.", "--owner 为 64 位十六进制账户。")
            }
            return account
        }
        let opened = Set(store.state.epochSeeds.keys.map(\.owner))
        if opened.count == 1, let owner = opened.first { return owner }
        guard opened.isEmpty, let account else {
            throw CommandError.usage(
                "Several owners opened records to you; name one with --owner.",
                "多位所有者向您开放了记录；请用 --owner 指定。")
        }
        return account
    }
}

extension CommandError {
    init(_ error: PortError) {
        switch error {
        case .refused(let refusal, let status):
            self.init(status >= 500 ? .unavailable : status == 404 ? .notFound : .refused, refusal)
        default: self.init(.unavailable, error.refusal)
        }
    }

    init(_ error: DeskError) {
        if case .port(let error) = error {
            self.init(error)
        } else {
            self.init(.refused, error.refusal)
        }
    }
}

extension Invocation {
    /// Runs work of the agent and words its errors.
    func run<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as PortError {
            throw CommandError(error)
        } catch let error as DeskError {
            throw CommandError(error)
        } catch let error as ImportFailure {
            throw CommandError(.refused, error.refusal)
        } catch let error as AgentStoreError {
            throw CommandError(.unavailable, error.refusal)
        }
    }

    func domains(default fallback: [Domain]) throws(CommandError) -> [Domain] {
        guard let text = value("domains") else { return fallback }
        var domains: [Domain] = []
        for code in text.split(separator: ",") {
            guard let domain = Domain(code: String(code)) else {
                let known = Domain.allCases.map(\.code).joined(separator: ", ")
                throw .usage("--domains takes: \(known).", "--domains 可选：\(known)。")
            }
            domains.append(domain)
        }
        return Domain.allCases.filter { domains.contains($0) }
    }

    func purposes() throws(CommandError) -> [Purpose] {
        var purposes: [Purpose] = []
        for code in (value("purposes") ?? value("purpose") ?? "treatment").split(separator: ",") {
            let named = Purpose.allCases.first { "\($0)" == code }
            guard let purpose = named ?? Purpose(code: String(code)) else {
                let known = Purpose.allCases.map { "\($0)" }.joined(separator: ", ")
                throw .usage("The purposes are: \(known).", "用途可选：\(known)。")
            }
            purposes.append(purpose)
        }
        return Purpose.allCases.filter { purposes.contains($0) }
    }

    func account(_ name: String) throws(CommandError) -> AccountID {
        guard let account = AccountID(try required(name)) else {
            throw .usage(
                "--\(name) is an account of 64 hexadecimal digits.", "--\(name) 为 64 位十六进制账户。")
        }
        return account
    }
}
