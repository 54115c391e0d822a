import Base
import Ordering
import OrderingEtcd
import Rehearsal
import System

/// A cluster and one chain on it; engines look after the store so often that tests need not wait.
final class EtcdPlace: OrderingPlace {
    let cluster: EtcdCluster
    let chain = SeededRandom(seed: 7).hash256()

    init(_ configure: (inout EtcdCluster.Options) -> Void = { _ in }) throws {
        var options = EtcdCluster.Options()
        configure(&options)
        cluster = try EtcdCluster(options)
    }

    var settings: EtcdSettings {
        var settings = EtcdSettings(endpoints: cluster.endpoints, chain: chain)
        settings.checkMilliseconds = 50
        settings.releaseCount = 1
        settings.requestTimeout = .seconds(2)
        settings.appendTimeout = .seconds(60)
        if let certificates = cluster.options.certificates {
            settings.certificateAuthorityFile = certificates.authority
            settings.clientCertificateFile = certificates.clientCertificate
            settings.clientKeyFile = certificates.clientKey
        }
        return settings
    }

    func join(_ receiver: any OrderingReceiver) throws -> any OrderingEngine {
        try join(receiver) { _ in }
    }

    func join(
        _ receiver: any OrderingReceiver, _ configure: (inout EtcdSettings) -> Void
    ) throws -> EtcdOrdering {
        var settings = settings
        configure(&settings)
        return try EtcdOrdering(settings, receiver: receiver)
    }

    /// The key of a position, for etcd's own tool.
    func key(_ sequence: UInt64, stream: UInt64 = 0) -> String {
        func digits(_ number: UInt64) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return "/kanglian/\(chain)/\(digits(stream))/\(digits(sequence))"
    }
}

/// Why the tests with real members are skipped where they are.
let etcdComment = "etcd is not installed (Debian packages etcd-server and etcd-client)"
