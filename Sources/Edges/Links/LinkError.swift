package import Base
package import System

/// Why links cannot be started or a certificate cannot be used.
package enum LinkError: Error, Hashable, Sendable {
    /// The named limit is out of range, or contradicts another one.
    case invalidLimit(String)

    /// The list of versions is empty, too long, not ascending, or contains 0.
    case invalidVersions

    /// The software's text is empty, too long, or not visible ASCII.
    case invalidSoftware

    /// Too many peers, one key twice, or a host or port that cannot be dialled.
    case invalidPeers

    /// The address to listen on is not a numeric IPv4 or IPv6 address.
    case invalidAddress(String)

    /// Another process has the port.
    case addressInUse(String, port: UInt16)

    /// The files are not PEM of a certificate and of the key that belongs to it.
    case invalidCertificate

    /// The name or the dates cannot be put into a certificate.
    case cannotMakeCertificate

    /// The links were started before, or stopped.
    case startedBefore

    /// The system refused a file, a socket or a thread.
    case system(SystemError)

    /// What a person is told.
    package var refusal: Refusal {
        switch self {
        case .invalidLimit(let name):
            Refusal(
                "links.limit", "The limit \(name) of node links is out of range. Correct it.",
                "节点链路的限制 \(name) 超出范围。请更正。")
        case .invalidVersions:
            Refusal(
                "links.versions",
                "Versions of node links must ascend from 1, at most 16. Correct the list.",
                "节点链路的版本须从 1 起递增，最多 16 个。请更正列表。")
        case .invalidSoftware:
            Refusal(
                "links.software",
                "The software's name must be 1 to 64 visible ASCII characters. Shorten it.",
                "软件名称须为 1 至 64 个可见 ASCII 字符。请缩短。")
        case .invalidPeers:
            Refusal(
                "links.peers",
                "The list of peers is too long, repeats a key or has a bad address. Correct it.",
                "对等节点列表过长、密钥重复或地址有误。请更正。")
        case .invalidAddress(let address):
            Refusal(
                "links.address", "\(address) is not a numeric address. Give one to listen on.",
                "\(address) 不是数字地址。请给出用于监听的地址。")
        case .addressInUse(let address, let port):
            Refusal(
                "links.address-in-use",
                "Port \(port) of \(address) is taken. Stop the other program or choose another.",
                "\(address) 的端口 \(port) 已被占用。请停止其他程序或换一个端口。")
        case .invalidCertificate:
            Refusal(
                "links.certificate",
                "The link certificate and key are not PEM or do not match. Make new ones.",
                "链路证书与密钥不是 PEM 或不匹配。请重新生成。")
        case .cannotMakeCertificate:
            Refusal(
                "links.certificate-make",
                "A certificate needs a name of 1 to 64 visible characters and dates in order.",
                "证书需要 1 至 64 个可见字符的名称和正确的日期顺序。")
        case .startedBefore:
            Refusal(
                "links.started", "These links were started before. Make new ones.",
                "这些链路已启动过。请新建。")
        case .system(let error): error.refusal
        }
    }
}
