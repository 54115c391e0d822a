import Base
import Cryptography
import System
import Testing

@testable import Links

@Suite("Link certificates", .timeLimit(.minutes(3)))
struct CertificateTests {
    private static let day: UInt64 = 86_400
    private static let start = Timestamp(milliseconds: 1_795_219_200_000)

    @Test("are made, written for their owner only, and read again")
    func files() throws {
        let folder = try TemporaryFolder()
        let certificate = try LinkCertificate.make(name: "node-1", from: Self.start, days: 3_650)
        #expect(certificate.notBefore == Self.start)
        #expect(certificate.notAfter == Self.start.advanced(bySeconds: 3_650 * Self.day))
        let (path, keyPath) = ("\(folder.path)/link.pem", "\(folder.path)/link.key")
        try certificate.write(certificatePath: path, keyPath: keyPath)
        #expect(try FileSystem.permissions(keyPath) == 0o600)
        let again = try LinkCertificate.read(certificatePath: path, keyPath: keyPath)
        #expect(again.certificatePEM == certificate.certificatePEM)
        #expect(again.keyPEM == certificate.keyPEM && again.notAfter == certificate.notAfter)
        let text = String(decoding: certificate.certificatePEM, as: UTF8.self)
        #expect(text.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    }

    @Test("are refused when they are not PEM or do not match")
    func refused() throws {
        let one = try LinkCertificate.make(name: "a", from: Self.start, days: 1)
        let other = try LinkCertificate.make(name: "b", from: Self.start, days: 1)
        #expect(throws: LinkError.invalidCertificate) {
            try LinkCertificate(certificatePEM: one.certificatePEM, keyPEM: other.keyPEM)
        }
        #expect(throws: LinkError.invalidCertificate) {
            try LinkCertificate(certificatePEM: [1, 2, 3], keyPEM: one.keyPEM)
        }
        #expect(throws: LinkError.invalidCertificate) {
            try LinkCertificate(
                certificatePEM: one.certificatePEM, keyPEM: SecretBytes(copying: []))
        }
        for (name, days) in [("", 1), ("a b", 1), (String(repeating: "a", count: 65), 1), ("a", 0)]
            as [(String, UInt64)]
        {
            #expect(throws: LinkError.cannotMakeCertificate) {
                try LinkCertificate.make(name: name, from: Self.start, days: days)
            }
        }
        #expect(throws: (LinkError).self) {
            try LinkCertificate.read(certificatePath: "/nowhere/a", keyPath: "/nowhere/b")
        }
    }

    @Test("are what another program takes them for")
    func openssl() throws {
        let folder = try TemporaryFolder()
        let certificate = try LinkCertificate.make(name: "node-1", from: Self.start, days: 10)
        let path = "\(folder.path)/link.pem"
        try certificate.write(certificatePath: path, keyPath: "\(folder.path)/link.key")
        let result = try ProcessRunner.run([
            "openssl", "x509", "-in", path, "-noout", "-subject", "-enddate", "-text",
        ])
        let text = result.text
        #expect(text.contains("CN = node-1") && text.contains("prime256v1"))
        #expect(text.contains("notAfter=Dec  1 00:00:00 2026 GMT"))
    }

    @Test("raise an alarm 90, 30 and 7 days before their end, and after it")
    func levels() {
        let end = Self.start.advanced(bySeconds: 1_000 * Self.day)
        func level(daysBefore days: UInt64, andSeconds seconds: UInt64 = 0) -> LinkAlarm.Level? {
            let now = Self.start.advanced(bySeconds: (1_000 - days) * Self.day - seconds)
            return LinkAlarm(.own, expiry: end, now: now)?.level
        }
        #expect(level(daysBefore: 90, andSeconds: 1) == nil)
        #expect(level(daysBefore: 90) == .within90Days)
        #expect(level(daysBefore: 30, andSeconds: 1) == .within90Days)
        #expect(level(daysBefore: 30) == .within30Days)
        #expect(level(daysBefore: 7, andSeconds: 1) == .within30Days)
        #expect(level(daysBefore: 7) == .within7Days)
        #expect(level(daysBefore: 0, andSeconds: 1) == .within7Days)
        #expect(level(daysBefore: 0) == .expired)
    }

    @Test("never stop a link: an expired one only raises the alarm, on both sides")
    func expired() throws {
        let long = SystemClock.now.milliseconds - 100 * Self.day * 1_000
        let expired = try LinkCertificate.make(
            name: "old", from: Timestamp(milliseconds: long), days: 10)
        let future = try LinkCertificate.make(
            name: "early", from: SystemClock.now.advanced(bySeconds: 9 * Self.day), days: 10)
        let left = try TestNode(1) { $0.certificate = expired }
        let right = try TestNode(2) { $0.certificate = future }
        try TestNode.link(left, right)
        #expect(left.links.send([1], to: right.publicKey, priority: .votes))
        try eventually("it comes") { right.recorder.current.messages.count == 1 }
        let now = SystemClock.now
        #expect(
            left.links.alarms(at: now).map(\.subject) == [.own, .peer(right.publicKey)])
        #expect(left.links.alarms(at: now).map(\.level) == [.expired, .within30Days])
        let seen = right.links.alarms(at: now)
        #expect(seen.map(\.subject) == [.own, .peer(left.publicKey)])
        #expect(seen.map(\.level) == [.within30Days, .expired])
        #expect(seen[1].refusal.code == "links.peer-certificate")
        #expect(right.logged.contains { $0.contains("link.certificate") })
    }
}
