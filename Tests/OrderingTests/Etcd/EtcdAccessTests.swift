import Ordering
import OrderingEtcd
import Rehearsal
import System
import Testing

@Suite(
    "Access to etcd", .serialized,
    .enabled(if: EtcdCluster.isInstalled, Comment(rawValue: etcdComment)), .timeLimit(.minutes(10)))
struct EtcdAccessTests {
    private func enablePasswords(_ place: EtcdPlace) throws {
        let cluster = place.cluster
        let prefix = "/kanglian/\(place.chain)/"
        try cluster.control(["user", "add", "root:root-word"])
        try cluster.control(["user", "grant-role", "root", "root"])
        try cluster.control(["role", "add", "orderer"])
        try cluster.control([
            "role", "grant-permission", "orderer", "readwrite", "--prefix=true", prefix,
        ])
        for user in ["hospital", "nobody"] { try cluster.control(["user", "add", "\(user):word"]) }
        try cluster.control(["user", "grant-role", "hospital", "orderer"])
        try cluster.control(["auth", "enable"])
    }

    @Test("with a user, a password and a right to the chain's keys alone")
    func passwords() throws {
        let place = try EtcdPlace()
        try enablePasswords(place)
        let inbox = Inbox()
        let engine = try place.join(inbox) { ($0.user, $0.password) = ("hospital", "word") }
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        #expect(engine.put([1], 0) == .success(.created))
        #expect(inbox.entries(1).count == 1)
        // A member that starts anew knows none of its tokens.
        place.cluster.kill(0)
        try place.cluster.startAll()
        #expect(EtcdFailureTests.insist(engine, 1) == .success(.created))
        #expect(inbox.entries(2).map(\.position.sequence) == [0, 1])
        engine.release(through: EnginePosition(stream: 0, sequence: 0))
        #expect(OrderingConformance.wait { engine.health.counters.releaseCount > 0 })
        #expect(engine.health.state == .working)
    }

    @Test(
        "is denied without rights, and the health says so",
        arguments: [nil, ("hospital", "wrong"), ("stranger", "word"), ("nobody", "word")]
            as [(String, String)?])
    func denied(_ identity: (user: String, password: String)?) throws {
        let place = try EtcdPlace()
        try enablePasswords(place)
        let inbox = Inbox()
        let engine = try place.join(inbox) { settings in
            (settings.user, settings.password) = (identity?.user, identity?.password)
        }
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        guard case .failure(.denied) = engine.put([1], 0) else {
            Issue.record("not denied")
            return
        }
        #expect(inbox.health { if case .denied = $0.state { true } else { false } } != nil)
        #expect(inbox.entries.isEmpty)
    }

    @Test("over TLS, with certificates on both sides")
    func certificates() throws {
        let folder = try FileSystem.makeTemporaryFolder("kanglian-certificates")
        defer { try? FileSystem.removeTree(folder) }
        let made = try EtcdCertificates(in: folder)
        let place = try EtcdPlace {
            $0.certificates = made
            $0.memberCount = 3
        }
        let inbox = Inbox()
        let engine = try place.join(inbox)
        defer { engine.close() }
        engine.follow(stream: 0, from: 0)
        for sequence in UInt64(0)..<5 {
            #expect(engine.put(record(sequence), sequence) == .success(.created))
        }
        #expect(inbox.entries(5).count == 5)
        // Neither strangers nor who does not know the authority gets in.
        for configure: (inout EtcdSettings) -> Void in [
            { ($0.clientCertificateFile, $0.clientKeyFile) = (nil, nil) },
            { $0.certificateAuthorityFile = nil },
            { $0.clientKeyFile = "\(folder)/missing" },
        ] {
            let outside = Inbox()
            let stranger = try place.join(outside) {
                configure(&$0)
                $0.appendTimeout = .milliseconds(200)
            }
            defer { stranger.close() }
            guard case .failure(.unavailable) = stranger.put([9], 9) else {
                Issue.record("a stranger got in")
                return
            }
            #expect(
                outside.health { if case .unavailable = $0.state { true } else { false } } != nil)
        }
    }
}
