package import Base
import Cryptography
package import Encoding
package import Ledger

/// One file of a backup.
package struct BackupFile: Hashable, Sendable, CBORCodable {
    /// Below the backup's folder `chain`.
    package let path: String
    package let byteCount: UInt64
    /// SHA-256 of its bytes.
    package let digest: Hash256

    package init(path: String, byteCount: UInt64, digest: Hash256) {
        (self.path, self.byteCount, self.digest) = (path, byteCount, digest)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.text(path)
        writer.unsigned(byteCount)
        writer.hash(digest)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "backup file")
        let start = reader.offset
        path = try reader.text(atMost: 256)
        byteCount = try reader.unsigned()
        digest = try reader.hash()
        guard Self.isSound(path) else { throw .outOfRange(offset: start, field: "path") }
    }

    /// Names of lower-case letters, digits, dots and hyphens, in one folder at most.
    private static func isSound(_ path: String) -> Bool {
        let parts = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        return parts.count <= 2
            && parts.allSatisfy { part in
                part.first != 0x2E && !part.isEmpty
                    && part.allSatisfy { byte in
                        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                            || byte == 0x2E || byte == 0x2D
                    }
            }
    }
}

/// What a backup holds, and the certificate that proves its end: the integrity proof.
///
/// The file ends with the SHA-256 digest of everything before.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | chain | 32 bytes | the chain's identifier |
/// | time | integer | milliseconds since 1970, when the backup was made |
/// | first height | integer | of the first block |
/// | header | header | of the last block |
/// | certificate | certificate | over the header |
/// | snapshot | null or integer | the height of the state, where blocks alone do not give it |
/// | bodies | integer | sealed bodies and envelopes, which `vault.list` names |
/// | files | array | path, bytes and digest, ascending by path |
package struct BackupManifest: Hashable, Sendable, CBORCodable {
    /// Files of one backup; a segment of the block log has 64 MiB.
    static let fileCount = 100_000
    static let byteCount = 16 << 20

    package let chain: Hash256
    package let time: Timestamp
    package let firstHeight: UInt64
    package let header: Header
    package let certificate: Certificate
    package let snapshot: UInt64?
    package let bodies: UInt64
    package let files: [BackupFile]

    package init(
        chain: Hash256, time: Timestamp, firstHeight: UInt64, header: Header,
        certificate: Certificate, snapshot: UInt64?, bodies: UInt64, files: [BackupFile]
    ) {
        (self.chain, self.time, self.firstHeight) = (chain, time, firstHeight)
        (self.header, self.certificate, self.snapshot) = (header, certificate, snapshot)
        (self.bodies, self.files) = (bodies, files)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(9)
        writer.unsigned(1)
        writer.hash(chain)
        writer.unsigned(time.milliseconds)
        writer.unsigned(firstHeight)
        header.encode(to: &writer)
        certificate.encode(to: &writer)
        writer.optional(snapshot) { $0.unsigned($1) }
        writer.unsigned(bodies)
        writer.list(files) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(9, "backup manifest")
        try reader.version(1, "backup manifest")
        chain = try reader.hash()
        time = Timestamp(milliseconds: try reader.unsigned())
        firstHeight = try reader.unsigned()
        header = try Header(from: &reader)
        certificate = try Certificate(from: &reader)
        snapshot = try reader.optional { (reader) throws(CBORError) in try reader.unsigned() }
        bodies = try reader.unsigned()
        let start = reader.offset
        files = try reader.list(atMost: Self.fileCount) { (reader) throws(CBORError) in
            try BackupFile(from: &reader)
        }
        for (left, right) in zip(files, files.dropFirst())
        where !left.path.utf8.lexicographicallyPrecedes(right.path.utf8) {
            throw .outOfRange(offset: start, field: "order of files")
        }
    }

    /// The bytes of the file: the encoding and its digest.
    var sealed: [UInt8] {
        let bytes = encoded
        return bytes + HashSuite.sha256.hash(bytes).bytes
    }

    /// Reads a file that ``sealed`` wrote.
    package init(unsealing file: [UInt8]) throws(BackupError) {
        let bytes = Array(file.dropLast(Hash256.byteCount))
        guard HashSuite.sha256.hash(bytes).bytes.elementsEqual(file.suffix(Hash256.byteCount))
        else { throw .damaged(.manifest, "the digest of the manifest differs") }
        do throws(CBORError) {
            self = try BackupManifest(decoding: bytes)
        } catch {
            throw .damaged(.manifest, "the manifest: \(error)")
        }
    }
}
