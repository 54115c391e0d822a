import Base
import Consent
import Encoding
import FHIRModel
import Ledger
import Membership

extension JSONValue {
    /// 64 hexadecimal digits.
    var hashValue256: Hash256? { stringValue.flatMap { Hex.decode($0) }.flatMap { Hash256($0) } }

    /// A number that is an unsigned integer.
    var unsignedValue: UInt64? { numberText.flatMap { UInt64($0) } }

    /// An RFC 3339 time in UTC with milliseconds, as the API writes it.
    var timeValue: Timestamp? { stringValue.flatMap { Timestamp(rfc3339: $0) } }
}

/// Reads one record of an answer of `/v1/reads`.
enum ServedRecordJSON {
    static func record(_ result: JSONValue, owner: AccountID) -> ServedRecord? {
        guard let record = result["record"]?.hashValue256,
            let isAllowed = result["allowed"]?.boolValue
        else { return nil }
        let reasons = (result["reasons"]?.elements ?? []).map { reason in
            let code = reason["code"]?.stringValue ?? "consent.refused"
            let english = reason["message"]?.stringValue ?? code
            return Refusal(code, english, reason["message_zh"]?.stringValue ?? english)
        }
        guard isAllowed else { return ServedRecord(record: record, content: nil, reasons: reasons) }
        guard let content = content(result, record: record, owner: owner) else { return nil }
        return ServedRecord(record: record, content: content, reasons: reasons)
    }

    private static func content(
        _ result: JSONValue, record: Hash256, owner: AccountID
    ) -> ServedRecord.Content? {
        func bytes(_ name: String) -> [UInt8]? {
            result[name]?.stringValue.flatMap { Base64URL.decode($0) }
        }
        guard let domain = result["domain"]?.stringValue.flatMap({ Domain(code: $0) }),
            let epoch = result["epoch"]?.unsignedValue,
            let version = result["version"]?.unsignedValue,
            let writer = result["writer"]?.stringValue.flatMap({ AccountID($0) }),
            let commitment = result["commitment"]?.hashValue256, let body = bytes("body"),
            let envelope = bytes("envelope")
        else { return nil }
        let keys = (result["keys"]?.elements ?? []).compactMap { key in
            key["sealed"]?.stringValue.flatMap { Base64URL.decode($0) }
        }
        return ServedRecord.Content(
            place: RecordPlace(
                owner: owner, domain: domain, epoch: epoch, record: record, version: version),
            writer: writer, commitment: commitment, body: body, envelope: envelope,
            keys: keys.map { .grant(sealed: $0) },
            transaction: result["transaction"]?.hashValue256.map { TransactionID($0) })
    }
}

/// Reads one consent of an answer of `/v1/consents`.
enum GrantParsing {
    static func grant(_ value: JSONValue) -> ListedGrant? {
        guard let id = value["grant"]?.hashValue256,
            let effect = named(GrantEffect.self, value["effect"]),
            let status = named(GrantStatus.self, value["status"]),
            let recipient = recipient(value), let from = value["from"]?.timeValue,
            let until = value["until"]?.timeValue,
            let used = value["reads_used"]?.unsignedValue
        else { return nil }
        let domains = (value["domains"]?.elements ?? []).compactMap {
            $0.stringValue.flatMap { Domain(code: $0) }
        }
        let purposes = (value["purposes"]?.elements ?? []).compactMap {
            $0.stringValue.flatMap { Purpose(code: $0) }
        }
        var grant = Grant(
            effect: effect, recipient: recipient,
            scope: GrantScope(domains: domains, purposes: purposes), from: from, until: until,
            readLimit: value["read_limit"]?.unsignedValue,
            code: value["code"]?.stringValue.flatMap { AccountID($0) })
        grant.readsUsed = used
        grant.status = status
        return ListedGrant(id: id, grant: grant)
    }

    private static func named<Choice: CaseIterable>(
        _ type: Choice.Type, _ value: JSONValue?
    ) -> Choice? {
        type.allCases.first { "\($0)" == value?.stringValue }
    }

    private static func recipient(_ value: JSONValue) -> GrantRecipient? {
        guard let text = value["recipient"]?.stringValue else { return nil }
        switch value["recipient_kind"]?.stringValue {
        case "person": return AccountID(text).map { .person($0) }
        case "institution": return AccountID(text).map { .institution($0) }
        case "role": return PractitionerRole.allCases.first { "\($0)" == text }.map { .role($0) }
        default: return nil
        }
    }
}
