package import Audit
import Base
import ContractKit
import Encoding
import FHIRModel
package import Ledger

extension HTTPPort: OwnerPort {
    package func audit(
        of owner: AccountID, after: UInt64?
    ) throws(PortError) -> (rows: [(sequence: UInt64, row: AuditRow)], next: UInt64?) {
        let answer = try json(
            "/v1/audit?owner=\(owner)&limit=500" + (after.map { "&after=\($0)" } ?? ""),
            signedIn: true)
        var rows: [(sequence: UInt64, row: AuditRow)] = []
        for entry in answer["entries"]?.elements ?? [] {
            guard let sequence = entry["sequence"]?.unsignedValue, let row = Self.auditRow(entry)
            else { throw .unexpected("an audit entry") }
            rows.append((sequence, row))
        }
        return (rows, answer["next"]?.unsignedValue)
    }

    private static func auditRow(_ entry: JSONValue) -> AuditRow? {
        func account(_ name: String) -> AccountID? {
            entry[name]?.stringValue.flatMap { AccountID($0) }
        }
        guard let node = account("node"), let reader = account("reader"),
            let transaction = entry["transaction"]?.hashValue256,
            let event = entry["event"]?.hashValue256, let time = entry["time"]?.timeValue,
            let allowed = entry["allowed"]?.boolValue,
            let purpose = entry["purpose"]?.stringValue.flatMap({ Purpose(code: $0) })
        else { return nil }
        let reasons = (entry["reasons"]?.elements ?? []).compactMap {
            $0["code"]?.stringValue.flatMap { ReasonCode($0) }
        }
        let read = ReadEvent(
            event: event, reader: reader, institution: account("institution"), allowed: allowed,
            reasons: reasons, purpose: purpose,
            domain: entry["domain"]?.stringValue.flatMap { Domain(code: $0) },
            records: (entry["records"]?.elements ?? []).compactMap(\.hashValue256),
            grant: entry["grant"]?.hashValue256, time: time)
        return AuditRow(node: node, transaction: TransactionID(transaction), read: read)
    }
}
