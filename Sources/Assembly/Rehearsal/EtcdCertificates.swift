import System

/// Certificates for members and clients of an etcd cluster on the loopback address, valid for a
/// day.
///
/// Made by the `openssl` command; for rehearsals only, as the authority's key lies beside them.
package struct EtcdCertificates: Hashable, Sendable {
    package let authority: String
    package let serverCertificate: String
    package let serverKey: String
    package let clientCertificate: String
    package let clientKey: String

    /// Makes an authority and what it signs, as PEM files in a folder that exists.
    package init(in folder: String) throws(RehearsalError) {
        authority = "\(folder)/authority.pem"
        (serverCertificate, serverKey) = ("\(folder)/server.pem", "\(folder)/server.key")
        (clientCertificate, clientKey) = ("\(folder)/client.pem", "\(folder)/client.key")
        let key = "\(folder)/authority.key"
        try Self.openssl(
            Self.request("rehearsal authority", key) + ["-x509", "-days", "1", "-out", authority])
        // Members are clients of each other, and of themselves behind the gateway.
        let uses = "extendedKeyUsage=serverAuth,clientAuth"
        let names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
        for (name, file, ownKey, extensions) in [
            ("member", serverCertificate, serverKey, [names, uses]),
            ("kanglian", clientCertificate, clientKey, ["extendedKeyUsage=clientAuth"]),
        ] {
            let asked = "\(file).request"
            try Self.openssl(
                Self.request(name, ownKey) + extensions.flatMap { ["-addext", $0] }
                    + ["-out", asked])
            try Self.openssl([
                "x509", "-req", "-in", asked, "-CA", authority, "-CAkey", key, "-CAcreateserial",
                "-days", "1", "-copy_extensions", "copy", "-out", file,
            ])
        }
    }

    private static func request(_ name: String, _ key: String) -> [String] {
        [
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=\(name)", "-keyout", key,
        ]
    }

    private static func openssl(_ arguments: [String]) throws(RehearsalError) {
        try Tool.run(["openssl"] + arguments)
    }
}

/// Runs small commands of the machine.
enum Tool {
    /// What a command printed; an error unless it returned zero.
    @discardableResult
    static func run(_ command: [String]) throws(RehearsalError) -> String {
        let output: ProcessRunner.Output
        do throws(SystemError) {
            output = try ProcessRunner.run(command)
        } catch {
            throw error.isMissing ? .missing(program: command[0]) : .system(error)
        }
        guard output.end.isSuccess else {
            let text = output.errorText.isEmpty ? output.text : output.errorText
            throw .failed(
                command: command.prefix(3).joined(separator: " "), output: String(text.suffix(500)))
        }
        return output.text
    }

    /// Whether a program is in `PATH`.
    static func isInstalled(_ program: String) -> Bool {
        let path = Environment.value("PATH") ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { FileSystem.exists("\($0)/\(program)") }
    }
}
