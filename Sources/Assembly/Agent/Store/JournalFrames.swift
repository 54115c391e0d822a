import Base
import Cryptography
import Encoding

/// Seals and reads the frames of a journal.
struct JournalFrames: Sendable {
    private static let bindingLabel = Array("kanglian/journal/1\0".utf8)
    private static let headCount = 4

    let key: SecretBytes
    let suite: CipherSuite
    let random: any RandomSource

    /// What a file holds.
    struct Scan {
        var entries: [JournalEntry] = []
        var frameCount: UInt64 = 0
        /// Behind the last whole frame.
        var end = 0
        /// A frame that does not open although it cannot be a torn last one.
        var damagedFrame: UInt64?
    }

    /// One frame, with its head.
    func seal(_ entries: [JournalEntry], number: UInt64) throws(AgentStoreError) -> [UInt8] {
        var writer = CBORWriter()
        writer.list(entries) { $1.encode(to: &$0) }
        let sealed: [UInt8]
        do throws(CryptographyError) {
            sealed = try Sealing.seal(
                writer.bytes, key: key, suite: suite, random: random,
                authenticating: Self.bindingLabel + number.bigEndianBytes)
        } catch { throw .keystore(.unavailable) }
        return UInt64(sealed.count).bigEndianBytes.suffix(Self.headCount) + sealed
    }

    /// Reads frame after frame up to the end or to a torn one.
    func scan(_ bytes: [UInt8]) -> Scan {
        var scan = Scan()
        while scan.end < bytes.count {
            let start = scan.end + Self.headCount
            guard start <= bytes.count else { break }
            let count = bytes[scan.end..<start].reduce(0) { $0 << 8 | Int($1) }
            guard count > 0, count <= bytes.count - start else { break }
            guard let entries = open(Array(bytes[start..<start + count]), scan.frameCount) else {
                if start + count < bytes.count { scan.damagedFrame = scan.frameCount }
                break
            }
            scan.entries += entries
            scan.frameCount += 1
            scan.end = start + count
        }
        // Frame 0 is made together with the file, so it is never torn: the key is another one.
        if scan.frameCount == 0 { scan.damagedFrame = 0 }
        return scan
    }

    private func open(_ sealed: [UInt8], _ number: UInt64) -> [JournalEntry]? {
        guard
            let plaintext = try? Sealing.open(
                sealed, key: key, authenticating: Self.bindingLabel + number.bigEndianBytes)
        else { return nil }
        guard var reader = try? CBORReader(plaintext),
            let entries = try? reader.list(
                atMost: AgentJournal.frameEntryLimit,
                { (reader) throws(CBORError) in try JournalEntry(from: &reader) }),
            reader.isAtEnd
        else { return nil }
        return entries
    }
}
