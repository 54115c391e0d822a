package import Base
import System

/// Where an etcd cluster is, how to get in, and how patient to be with it.
package struct EtcdSettings: Sendable {
    /// The members' client URLs, such as `https://10.0.0.1:2379`; tried in this order.
    package var endpoints: [String]

    /// The chain whose records these are; it names the folder of keys in the store.
    package var chain: Hash256

    /// A file of trusted certificates, PEM, instead of the system's.
    package var certificateAuthorityFile: String?

    /// Our certificate and its key, PEM files, if the members ask for one; both or neither.
    package var clientCertificateFile: String?
    package var clientKeyFile: String?

    /// A user of etcd's own list, if authentication is enabled there; both or neither.
    package var user: String?
    package var password: String?

    package var connectTimeout: Duration = .seconds(2)

    /// How long one member may take for one answer.
    package var requestTimeout: Duration = .seconds(5)

    /// How long an append is tried, over all members, before it fails.
    package var appendTimeout: Duration = .seconds(15)

    /// Appends under way at the same time; each has a thread and a connection.
    package var appenderCount = 8

    /// Records that wait for an appender; beyond either bound appends are refused as busy.
    package var waitingCountMax = 4_096
    package var waitingByteCountMax = 64 << 20

    /// How often the members are asked how they are, and whether the watch has missed anything.
    package var checkMilliseconds: UInt64 = 2_000

    /// The members' `--max-request-bytes`; records may be a little smaller than this.
    package var requestByteCountMax = 1_572_864

    /// The members' `--quota-backend-bytes`, of which etcd does not tell; for reports only.
    package var quotaByteCount: UInt64 = 2 << 30

    /// Released positions after which the store is cleaned.
    package var releaseCount: UInt64 = 256

    /// Nanoseconds after which the store is cleaned even for fewer positions.
    package var releaseNanoseconds: UInt64 = 30_000_000_000

    /// Monotonic nanoseconds, for the rhythm of releases.
    package var clock: @Sendable () -> UInt64 = { SystemClock.monotonicNanoseconds }

    package init(endpoints: [String], chain: Hash256) {
        (self.endpoints, self.chain) = (endpoints, chain)
    }
}

/// Why an engine over etcd could not be made.
package enum EtcdSetupError: Error, Hashable, Sendable {
    case noEndpoints
    /// Not `http` or `https`, a host and a port, or with something behind them.
    case badEndpoint(String)
    /// A user without a password, a certificate without a key, or the other way about.
    case halfIdentity
    /// A count or limit that cannot be worked with.
    case badLimit
    /// The machine gave no thread.
    case noThread(String)

    /// What a person is told, with the way to mend it.
    package var refusal: Refusal {
        switch self {
        case .noEndpoints:
            Refusal(
                "etcd.no-endpoints", "No etcd endpoint is configured. Name at least one.",
                "未配置 etcd 端点。请至少填写一个。")
        case .badEndpoint(let text):
            Refusal(
                "etcd.bad-endpoint",
                "\(text) is no etcd endpoint. Write it as https://host:port.",
                "\(text) 不是有效的 etcd 端点。请写成 https://主机:端口。")
        case .halfIdentity:
            Refusal(
                "etcd.half-identity",
                "Give etcd's user with a password, and a client certificate with its key.",
                "etcd 用户须与密码成对提供，客户端证书须与私钥成对提供。")
        case .badLimit:
            Refusal(
                "etcd.bad-limit",
                "A limit of the etcd settings is out of range. Use the default values.",
                "etcd 配置中的某个限值超出范围。请使用默认值。")
        case .noThread(let reason):
            Refusal(
                "etcd.no-thread", "No thread could be started: \(reason). Raise the limit.",
                "无法启动线程：\(reason)。请提高系统限制。")
        }
    }
}

extension EtcdSettings {
    /// What keys and the rest of a request take up beside the record, generously.
    static let requestOverhead = 1_024

    var recordByteCountMax: Int { requestByteCountMax - Self.requestOverhead }

    /// The largest answer that is read: one page of records in base64, and what surrounds them.
    var answerByteCountMax: Int { 4 * requestByteCountMax + (1 << 20) }

    /// Checks what can be checked before anybody is asked.
    func check() throws(EtcdSetupError) {
        guard !endpoints.isEmpty else { throw .noEndpoints }
        for endpoint in endpoints where !Self.isEndpoint(endpoint) { throw .badEndpoint(endpoint) }
        guard (user == nil) == (password == nil),
            (clientCertificateFile == nil) == (clientKeyFile == nil)
        else { throw .halfIdentity }
        let isSound =
            (1...256).contains(appenderCount) && waitingCountMax > 0 && waitingByteCountMax > 0
            && (1 << 12...1 << 28).contains(requestByteCountMax)
            && (1...3_600_000).contains(checkMilliseconds)
            && releaseCount > 0
        guard isSound else { throw .badLimit }
    }

    private static func isEndpoint(_ text: String) -> Bool {
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            guard let colon = rest.lastIndex(of: ":") else { return false }
            let port = rest[rest.index(after: colon)...]
            return !rest[..<colon].isEmpty && UInt16(port) != nil
                && rest.utf8.allSatisfy { byte in
                    byte > 0x20 && byte < 0x7F && !"/?#@\\\"".utf8.contains(byte)
                }
        }
        return false
    }
}
