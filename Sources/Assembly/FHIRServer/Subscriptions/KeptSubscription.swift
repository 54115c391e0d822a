import Base
import Encoding
import FHIRModel
import FHIRSearch

/// A Subscription as the server keeps it: what the client sent, and what became of it.
struct KeptSubscription: Sendable {
    /// What the server says of it (FHIR R4 SubscriptionStatus); `requested` is over when a request
    /// is answered.
    enum Status: Hashable, Sendable {
        case active
        case off
        /// Given up, and why.
        case error(Refusal)

        var code: String {
            switch self {
            case .active: "active"
            case .off: "off"
            case .error: "error"
            }
        }
    }

    let id: String
    /// In whose name notifications are decided and recorded.
    var owner: Caller
    /// The resource as it was sent.
    var content: JSONValue
    var status: Status
    /// The version, from 1.
    var number: UInt64 = 1
    var updated: Timestamp

    /// The next version.
    func next(_ status: Status, at time: Timestamp) -> KeptSubscription {
        var next = self
        (next.status, next.number, next.updated) = (status, number + 1, time)
        return next
    }

    /// The resource as it is shown.
    ///
    /// - Parameter hidesSecrets: leaves the header fields of the channel out, and says so.
    func resource(hidesSecrets: Bool) -> JSONValue {
        var resource = content
        resource["status"] = .string(status.code)
        resource["error"] = nil
        resource["_error"] = nil
        if case .error(let refusal) = status {
            resource["error"] = .string(refusal.english)
            resource["_error"] = OperationOutcome.translation(refusal)
        }
        if hidesSecrets, var channel = resource["channel"], channel["header"] != nil {
            channel["header"] = nil
            channel["_header"] = nil
            resource["channel"] = channel
            var meta = resource["meta"] ?? .object([])
            meta["tag"] = .array((meta["tag"]?.elements ?? []) + [Presentation.subsetted])
            resource["meta"] = meta
        }
        return ResourceStamp.stamp(
            resource, ResourceName(type: Subscriptions.type, id: id), version: number, time: updated
        )
    }

    /// The resource as a version that can be searched and shown.
    func version(hidesSecrets: Bool) -> StoredVersion {
        StoredVersion(
            name: ResourceName(type: Subscriptions.type, id: id), number: 1, method: .create,
            lastUpdated: updated, scope: [], origin: [],
            body: resource(hidesSecrets: hidesSecrets).serialized())
    }
}

// MARK: - Keeping

extension KeptSubscription {
    var json: JSONValue {
        var value: JSONValue = [
            "id": .string(id), "owner": .object(owner.kept), "content": content,
            "number": .integer(number), "updated": .string(updated.rfc3339),
            "status": .string(status.code),
        ]
        if case .error(let refusal) = status {
            value["error"] = [
                .string(refusal.code), .string(refusal.english), .string(refusal.chinese),
            ]
        }
        return value
    }

    init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let id = value["id"]?.stringValue,
            let owner = value["owner"].flatMap({ Caller(kept: $0) }),
            let content = value["content"],
            let number = value["number"]?.numberText.flatMap({ UInt64($0) }),
            let updated = value["updated"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        let error = value["error"]?.elements.compactMap(\.stringValue) ?? []
        let status: Status
        switch value["status"]?.stringValue {
        case "active": status = .active
        case "off": status = .off
        case "error" where error.count == 3:
            status = .error(Refusal(error[0], error[1], error[2]))
        default: return nil
        }
        self.init(
            id: id, owner: owner, content: content, status: status, number: number,
            updated: updated)
    }
}
