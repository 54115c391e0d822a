import Base
import Encoding
import Ledger
import System

/// The mark of a folder that came out of a backup.
///
/// The backup may be older than what its validator signed: signing again for a height that it has
/// forgotten would put two certificates in the world. The finality layer therefore starts such a
/// node in quarantine, without a vote, and removes the mark once that is harmless.
extension NodeFolder {
    static let restoredFormat = "kanglian-restored-1"

    /// The file `restored`.
    package var restoredFile: String { path + "/restored" }

    /// True as long as the validator of this folder must not sign.
    package var isRestored: Bool { FileSystem.exists(restoredFile) }

    func markRestored(_ manifest: BackupManifest, time: Timestamp) throws(SystemError) {
        let mark: JSONValue = [
            "format": .string(Self.restoredFormat), "chain": .string(manifest.chain.description),
            "height": .integer(manifest.header.height),
            "head": .string(manifest.certificate.header.description),
            "backup_time": .string(manifest.time.rfc3339), "restored": .string(time.rfc3339),
        ]
        try FileSystem.writeAtomically(restoredFile, mark.serialized(pretty: true) + [10])
    }
}
