import Encoding
import HTTPClient
import Synchronization
import System

/// Real etcd members on free loopback ports, started, killed and brought back at will.
///
/// They end with the object, and so do their folders unless the caller named the place.
package final class EtcdCluster: Sendable {
    /// How members are started.
    package struct Options: Sendable {
        package var memberCount = 1
        /// nil for etcd's own default of 2 GiB.
        package var quotaByteCount: UInt64?
        package var requestByteCountMax = 1_572_864
        package var heartbeatMilliseconds = 100
        package var electionMilliseconds = 1_000
        /// Clients must have a certificate then; members talk to each other in the clear.
        package var certificates: EtcdCertificates?
        /// For each member a port for clients and one for members, in this order; nil for free
        /// ones.
        package var ports: [UInt16]?
        /// Where data and logs go, and stay; nil for a temporary folder.
        package var folder: String?
        /// Members end with this process also when it is killed; see ``ChildProcess``.
        package var endsWithParent = false

        package init() {}
    }

    /// Whether etcd and its command line tool are on this machine.
    package static var isInstalled: Bool {
        Tool.isInstalled("etcd") && Tool.isInstalled("etcdctl")
    }

    /// How long members may take to get ready, on a machine that is busy with other things.
    private static let patienceNanoseconds: UInt64 = 60_000_000_000

    package let options: Options
    package let folder: String
    private let members: Mutex<[EtcdMember]>
    private let client: HTTPClient

    /// The members' client URLs, in order.
    package let endpoints: [String]

    /// Starts all members and waits until the cluster answers.
    package init(_ options: Options = Options()) throws(RehearsalError) {
        guard Self.isInstalled else { throw .missing(program: "etcd") }
        self.options = options
        do throws(SystemError) {
            if let place = options.folder {
                try FileSystem.makeFolder(place)
                folder = place
            } else {
                folder = try FileSystem.makeTemporaryFolder("kanglian-etcd")
            }
        } catch {
            throw .system(error)
        }
        let ports = options.ports ?? LoopbackPorts.take(2 * options.memberCount)
        guard ports.count == 2 * options.memberCount else {
            throw .notReady(name: "etcd", log: "no free ports")
        }
        let scheme = options.certificates == nil ? "http" : "https"
        let made = (0..<options.memberCount).map { [folder] index in
            EtcdMember(
                name: "m\(index)", clientURL: "\(scheme)://127.0.0.1:\(ports[2 * index])",
                peerURL: "http://127.0.0.1:\(ports[2 * index + 1])",
                dataFolder: "\(folder)/m\(index)", logFile: "\(folder)/m\(index).log")
        }
        endpoints = made.map(\.clientURL)
        members = Mutex(made)
        var configuration = HTTPClientConfiguration()
        configuration.timeout = .seconds(2)
        configuration.certificateAuthorityFile = options.certificates?.authority
        configuration.clientCertificateFile = options.certificates?.clientCertificate
        configuration.clientKeyFile = options.certificates?.clientKey
        client = HTTPClient(configuration: configuration)
        try startAll()
    }

    deinit {
        stopAll()
        if options.folder == nil { try? FileSystem.removeTree(folder) }
    }

    // MARK: Members

    /// Starts a member that does not run, without waiting for it.
    package func start(_ index: Int) throws(RehearsalError) {
        let command = members.withLock { members in
            members[index].process?.hasEnded ?? true
                ? (
                    members[index].arguments(options, initialCluster: Self.list(members)),
                    members[index].logFile
                ) : nil
        }
        guard let (arguments, log) = command else { return }
        do throws(SystemError) {
            let process = try ChildProcess(
                arguments, endsWithParent: options.endsWithParent, output: .file(log),
                errors: .file(log))
            members.withLock { $0[index].process = process }
        } catch {
            throw .system(error)
        }
    }

    /// Starts whoever does not run, and waits until the cluster answers.
    package func startAll() throws(RehearsalError) {
        for index in 0..<options.memberCount { try start(index) }
        for index in 0..<options.memberCount { try waitUntilReady(index) }
    }

    /// Ends a member at once, as a crash would.
    package func kill(_ index: Int) { end(index) { $0.kill() } }

    /// Asks a member to end, and waits for it.
    package func stop(_ index: Int) { end(index) { $0.terminate() } }

    /// Holds up a member's process, which looks like a network that swallows everything.
    package func freeze(_ index: Int) { process(index)?.send(19) }

    /// Lets a member go on that was held up.
    package func thaw(_ index: Int) { process(index)?.send(18) }

    /// Ends every member.
    package func stopAll() { for index in 0..<options.memberCount { kill(index) } }

    /// Waits until a member answers a question that takes a leader and a quorum.
    package func waitUntilReady(_ index: Int) throws(RehearsalError) {
        let deadline = SystemClock.monotonicNanoseconds + Self.patienceNanoseconds
        while SystemClock.monotonicNanoseconds < deadline {
            let request = EtcdCluster.question(endpoints[index], "/v3/kv/range", #"{"key":"AA=="}"#)
            if let status = try? client.send(request).status, status == 200 || status == 400 {
                return
            }
            // Waits for its end, which would be too early, or for the next try.
            guard let process = process(index), process.wait(milliseconds: 20) == nil else { break }
        }
        let log = members.withLock { $0[index].logEnd }
        throw .notReady(name: "etcd member \(index)", log: log)
    }

    /// The member that leads, as far as some member knows.
    package var leader: Int? {
        var identities: [String: Int] = [:]
        var leaders: [String] = []
        for index in 0..<options.memberCount {
            let request = Self.question(endpoints[index], "/v3/maintenance/status", "{}")
            guard let body = try? client.send(request).body,
                let root = (try? JSONDocument(parsing: body, limits: .request))?.root,
                let member = root["header"]?["member_id"]?.stringValue
            else { continue }
            identities[member] = index
            if let leader = root["leader"]?.stringValue { leaders.append(leader) }
        }
        return leaders.compactMap { identities[$0] }.first
    }

    // MARK: Tools

    /// Runs `etcdctl` against the members and returns what it prints.
    @discardableResult
    package func control(
        _ arguments: [String], endpoint: Int? = nil
    ) throws(RehearsalError) -> String {
        let places = endpoint.map { endpoints[$0] } ?? endpoints.joined(separator: ",")
        var command = ["etcdctl", "--endpoints", places]
        if let tls = options.certificates {
            command += [
                "--cacert", tls.authority, "--cert", tls.clientCertificate, "--key", tls.clientKey,
            ]
        }
        return try Tool.run(command + arguments)
    }

    /// Writes all that a member stores to a file.
    package func saveSnapshot(to file: String) throws(RehearsalError) {
        try control(["snapshot", "save", file], endpoint: 0)
    }

    /// Stops every member and starts them anew from a snapshot: what came after it is gone.
    package func restoreSnapshot(from file: String) throws(RehearsalError) {
        stopAll()
        let all = members.withLock { $0 }
        for (index, member) in all.enumerated() {
            let data = "\(member.dataFolder)-restored"
            try Tool.run([
                "etcdctl", "snapshot", "restore", file, "--name", member.name,
                "--initial-cluster", Self.list(all), "--initial-cluster-token", "rehearsal",
                "--initial-advertise-peer-urls", member.peerURL, "--data-dir", data,
            ])
            members.withLock { $0[index].dataFolder = data }
        }
        try startAll()
    }

    // MARK: Inside

    private func process(_ index: Int) -> ChildProcess? {
        members.withLock { $0[index].process }
    }

    private func end(_ index: Int, _ how: (ChildProcess) -> Void) {
        guard let process = process(index) else { return }
        how(process)
        _ = process.wait(milliseconds: nil)
        members.withLock { $0[index].process = nil }
    }

    private static func list(_ members: [EtcdMember]) -> String {
        members.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ",")
    }

    private static func question(
        _ url: String, _ path: String, _ body: String
    ) -> HTTPClientRequest {
        HTTPClientRequest(
            "POST", url + path, fields: [HTTPClientField("Content-Type", "application/json")],
            body: .bytes(Array(body.utf8)))
    }
}
