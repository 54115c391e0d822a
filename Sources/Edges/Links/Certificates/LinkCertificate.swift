package import Base
package import Cryptography
import CLinksShim
package import System

/// A self-signed certificate and its key, for the TLS around links; it identifies nobody.
///
/// P-256, so that every TLS library takes it. A node is known by its own key, which it proves
/// inside the channel, so the dates never stop a link: they raise a `LinkAlarm`, and renewing is a
/// matter of two new files and a restart.
package struct LinkCertificate: Sendable {
    /// Bytes of each file that are read at most.
    private static let fileByteCountMax = 16 << 10

    /// Characters of a name that fit into a certificate.
    private static let nameCountMax = 64

    /// The certificate, PEM.
    package let certificatePEM: [UInt8]

    /// The private key, PEM (PKCS #8, not encrypted).
    package let keyPEM: SecretBytes

    package let notBefore: Timestamp
    package let notAfter: Timestamp

    /// Checks that both are PEM, and that the key belongs to the certificate.
    package init(certificatePEM: [UInt8], keyPEM: SecretBytes) throws(LinkError) {
        var (from, until): (Int64, Int64) = (0, 0)
        let isCertificate = certificatePEM.withUnsafeBytes {
            kl_certificate_dates($0.baseAddress, $0.count, &from, &until)
        }
        guard isCertificate else { throw .invalidCertificate }
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        notBefore = Self.timestamp(from)
        notAfter = Self.timestamp(until)
        _ = try TLSContext(self)
    }

    /// Makes a new key and a certificate for it.
    ///
    /// `name` is for people who look at the file: 1 to 64 visible ASCII characters.
    package static func make(
        name: String, from: Timestamp, days: UInt64
    ) throws(LinkError) -> LinkCertificate {
        guard (1...nameCountMax).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), (1...36_525).contains(days),
            from.milliseconds < 1 << 47
        else { throw .cannotMakeCertificate }
        var (certificate, key): (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
        var (certificateCount, keyCount) = (0, 0)
        let start = Int64(from.milliseconds / 1000)
        let isMade = kl_certificate_make(
            name, start, start + Int64(days) * 86_400, &certificate, &certificateCount, &key,
            &keyCount)
        guard isMade, let certificate, let key else { throw .cannotMakeCertificate }
        defer {
            kl_tls_text_free(certificate, certificateCount)
            kl_tls_text_free(key, keyCount)
        }
        let text = [UInt8](UnsafeRawBufferPointer(start: certificate, count: certificateCount))
        let secret = SecretBytes(UnsafeRawBufferPointer(start: key, count: keyCount))
        return try LinkCertificate(certificatePEM: text, keyPEM: secret)
    }

    /// Writes both files with mode 0600, atomically and synced; the key first.
    package func write(certificatePath: String, keyPath: String) throws(SystemError) {
        try FileSystem.writeAtomically(keyPath, keyPEM.copyBytes())
        try FileSystem.writeAtomically(certificatePath, certificatePEM)
    }

    /// Reads both files.
    package static func read(
        certificatePath: String, keyPath: String
    ) throws(LinkError) -> LinkCertificate {
        let (certificate, key): ([UInt8], [UInt8])
        do throws(SystemError) {
            certificate = try FileSystem.read(certificatePath, limit: fileByteCountMax)
            key = try FileSystem.read(keyPath, limit: fileByteCountMax)
        } catch {
            throw .system(error)
        }
        return try LinkCertificate(certificatePEM: certificate, keyPEM: SecretBytes(copying: key))
    }

    /// Seconds since 1970 as a time; dates before count as 1970.
    static func timestamp(_ seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: 0).advanced(bySeconds: UInt64(max(0, seconds)))
    }
}
