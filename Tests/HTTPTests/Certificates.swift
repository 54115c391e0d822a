@preconcurrency import Glibc
import HTTPServer

/// Self-signed certificates for tests, made by the `openssl` command.
struct Certificates {
    struct Failed: Error {}

    let identity: HTTPServerIdentity

    /// `sha256//` and the digest of the public key, for pinning.
    let pin: String

    /// Makes a certificate for 127.0.0.1 and `localhost`, valid for a day.
    static func make() throws -> Certificates {
        var template = Array("/tmp/kanglian-http-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed() }
        let folder = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        defer {
            for name in ["key.pem", "cert.pem", "public.pem"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        try run(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 "
                + "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1,DNS:localhost "
                + "-keyout \(folder)/key.pem -out \(folder)/cert.pem 2>/dev/null")
        let pin = try run(
            "openssl x509 -in \(folder)/cert.pem -pubkey -noout | openssl pkey -pubin -outform DER "
                + "| openssl dgst -sha256 -binary | openssl base64 -A")
        return Certificates(
            identity: HTTPServerIdentity(
                certificatePEM: try run("cat \(folder)/cert.pem"),
                privateKeyPEM: try run("cat \(folder)/key.pem")),
            pin: "sha256//\(pin)")
    }

    /// Runs a shell command and returns what it prints; throws if it fails.
    @discardableResult
    static func run(_ command: String) throws -> String {
        guard let pipe = popen(command, "r") else { throw Failed() }
        var output: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = fread(&part, 1, part.count, pipe)
            if count == 0 { break }
            output += part.prefix(count)
        }
        guard pclose(pipe) == 0 else { throw Failed() }
        return String(decoding: output, as: UTF8.self)
    }
}
