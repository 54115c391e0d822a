import Cryptography
import Node
import Sandbox

/// The options by which a zone of several institutions is made.
enum ClusterOptions {
    /// Institutions of a zone: how many one machine or one file should hold.
    static let institutions: ClosedRange<UInt64> = 2...16

    static let zone: [CommandOption] = [
        .value("province", "CODE", "GB/T 2260 code (default 33)", "GB/T 2260 代码（默认 33）"),
        .value("name", "TEXT", "the zone's name", "区名称"),
        .value("residents", "N", "sample residents (default 20)", "示例居民数（默认 20）"),
        .value("seed", "N", "seed of the samples", "示例的随机种子"),
        .value(
            "signatures", "SUITE", "signature suite; mixed gives them out in turn",
            "签名套件；mixed 表示轮流使用", choices: ["mixed", "ed25519", "p256", "sm2"]),
        .value("hash", "SUITE", "hash suite of the chain", "链的摘要套件", choices: ["sha256", "sm3"]),
    ]

    static func make(
        _ invocation: Invocation, institutions: UInt64
    ) throws(CommandError) -> ClusterZone.Options {
        guard Self.institutions.contains(institutions) else {
            throw .usage("A zone has 2 to 16 institutions with nodes.", "每个区可有 2 至 16 个带节点的机构。")
        }
        var options = ClusterZone.Options()
        options.institutions = Int(institutions)
        options.sample.province = invocation.value("province") ?? options.sample.province
        options.sample.name = invocation.value("name") ?? options.sample.name
        let residents = try invocation.number("residents", default: 20)
        guard (1...10_000).contains(residents) else {
            throw .usage("--residents is 1 to 10000.", "--residents 为 1 至 10000。")
        }
        options.sample.residents = Int(residents)
        options.sample.seed = try invocation.number("seed", default: options.sample.seed)
        switch invocation.value("signatures") {
        case "mixed": options.signatures = [.ed25519, .p256, .sm2]
        case "p256": options.signatures = [.p256]
        case "sm2": options.signatures = [.sm2]
        default: break
        }
        if invocation.value("hash") == "sm3" { options.sample.hash = .sm3 }
        return options
    }

    /// Ports from a first one on.
    static func ports(from first: UInt64, _ count: Int) throws(CommandError) -> [UInt16] {
        guard first > 0, first + UInt64(count) <= 65_536 else {
            throw .usage("The ports do not fit: choose a lower one.", "端口超出范围：请选择更小的端口。")
        }
        return (0..<count).map { UInt16(first) + UInt16($0) }
    }

    /// `etcd://h:p,h:p`, the same with `https://` or `http://`, or `none`.
    static func engine(_ text: String?) throws(CommandError) -> NodeFile.Engine? {
        guard let text, text != "none" else { return nil }
        let schemes = [("etcd://", "http://"), ("http://", "http://"), ("https://", "https://")]
        guard let (prefix, scheme) = schemes.first(where: { text.hasPrefix($0.0) }) else {
            throw .usage(
                "--engine is none, or etcd://host:port,host:port; https:// for TLS.",
                "--engine 为 none，或 etcd://主机:端口,主机:端口；TLS 用 https://。")
        }
        let places = text.dropFirst(prefix.count).split(
            separator: ",", omittingEmptySubsequences: false)
        guard (1...16).contains(places.count),
            places.allSatisfy({ place in
                place.split(separator: ":").last.map { UInt16($0) != nil } ?? false
                    && place.contains(":") && !place.contains("/")
            })
        else {
            throw .usage("--engine names host:port, up to 16.", "--engine 为主机:端口，最多 16 个。")
        }
        return NodeFile.Engine(endpoints: places.map { scheme + $0 })
    }
}
