import Base
import Cryptography
import Encoding
import Ledger
import Records

/// Checks served records against receipts: rows of the state, proved to the validators' signatures.
struct ReadProver: Sendable {
    /// Two rows a record: the record and its version.
    private static let recordsPerReceipt = PortLimits.receiptRowCount / 2

    let port: any ReceiptPort
    let trust: TrustFile

    /// Which of the served records the node cannot prove.
    ///
    /// A receipt that does not verify leaves all of its records unproven.
    func unproven(_ served: [ServedRecord]) throws(PortError) -> Set<Hash256> {
        let contents = served.compactMap(\.content)
        var unproven: Set<Hash256> = []
        for start in stride(from: 0, to: contents.count, by: Self.recordsPerReceipt) {
            let end = min(contents.count, start + Self.recordsPerReceipt)
            let part = Array(contents[start..<end])
            let rows = try rows(of: part)
            for content in part where !isProved(content, by: rows) {
                unproven.insert(content.place.record)
            }
        }
        return unproven
    }

    private func rows(
        of contents: [ServedRecord.Content]
    ) throws(PortError) -> [[UInt8]: [UInt8]] {
        guard let transaction = contents.lazy.compactMap(\.transaction).first else { return [:] }
        let keys = contents.flatMap { content in
            [
                RecordQueries.itemStateKey(content.place.record, of: content.place.owner),
                RecordQueries.versionStateKey(content.place.version, of: content.place.record),
            ]
        }
        let bytes = try port.receipt(of: transaction, stateKeys: keys)
        guard let verified = try? VerifiedReceipt(decoding: bytes, trust: trust) else { return [:] }
        var rows: [[UInt8]: [UInt8]] = [:]
        for row in verified.receipt.state { rows[row.key] = row.value }
        return rows
    }

    private func isProved(
        _ content: ServedRecord.Content, by rows: [[UInt8]: [UInt8]]
    ) -> Bool {
        let place = content.place
        guard
            let item = rows[RecordQueries.itemStateKey(place.record, of: place.owner)]
                .flatMap({ try? RecordItem(decoding: $0) }),
            let version = rows[RecordQueries.versionStateKey(place.version, of: place.record)]
                .flatMap({ try? RecordVersion(decoding: $0) })
        else { return false }
        // A newer version may have come in between; the one that was served still stands.
        return item.domain == place.domain && place.version <= item.versions
            && version.writer == content.writer && version.content.epoch == place.epoch
            && version.content.commitment == content.commitment
            && (try? RecordOpener.checkAddresses(
                body: content.body, at: version.content.body, envelope: content.envelope,
                at: version.content.envelope)) != nil
    }
}
