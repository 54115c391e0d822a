import System

/// One etcd server: where it listens and stores, and its process while it runs.
struct EtcdMember: Sendable {
    let name: String
    let clientURL: String
    let peerURL: String
    var dataFolder: String
    let logFile: String
    var process: ChildProcess?

    /// The command line; `initialCluster` names all members.
    func arguments(_ options: EtcdCluster.Options, initialCluster: String) -> [String] {
        var arguments = [
            "etcd", "--name", name, "--data-dir", dataFolder,
            "--listen-client-urls", clientURL, "--advertise-client-urls", clientURL,
            "--listen-peer-urls", peerURL, "--initial-advertise-peer-urls", peerURL,
            "--initial-cluster", initialCluster, "--initial-cluster-token", "rehearsal",
            "--heartbeat-interval", String(options.heartbeatMilliseconds),
            "--election-timeout", String(options.electionMilliseconds),
            "--max-request-bytes", String(options.requestByteCountMax),
            "--logger", "zap", "--log-outputs", "stderr", "--log-level", "warn",
            // Passwords of rehearsals need not be slow to guess.
            "--bcrypt-cost", "4",
        ]
        if let quota = options.quotaByteCount {
            arguments += ["--quota-backend-bytes", String(quota)]
        }
        if let tls = options.certificates {
            arguments += [
                "--cert-file", tls.serverCertificate, "--key-file", tls.serverKey,
                "--trusted-ca-file", tls.authority, "--client-cert-auth",
            ]
        }
        return arguments
    }

    /// The last bytes of what it printed.
    var logEnd: String {
        let bytes = (try? FileSystem.read(logFile, limit: 64 << 20)) ?? []
        return String(decoding: bytes.suffix(1_000), as: UTF8.self)
    }
}
