import Encoding
import FHIRModel
import Ledger

/// Callers in notes of the index: work that goes on without them is done in their name.
extension Caller {
    /// The members by which ``init(kept:)`` knows the caller again.
    var kept: [JSONMember] {
        var members = [
            JSONMember("account", .string(account.description)),
            JSONMember("staff", .bool(isStaff)),
            JSONMember("purpose", .string(purpose.code)),
            JSONMember("scopes", .string(scopes.texts.joined(separator: " "))),
        ]
        if let client { members.append(JSONMember("client", .string(client))) }
        return members
    }

    /// Reads the members of an object; nil when one is missing or broken.
    init?(kept value: JSONValue) {
        guard let account = value["account"]?.stringValue.flatMap({ AccountID($0) }),
            let isStaff = value["staff"]?.boolValue,
            let purpose = value["purpose"]?.stringValue.flatMap({ Purpose(code: $0) }),
            let scopes = value["scopes"]?.stringValue
        else { return nil }
        self.init(
            account: account, isStaff: isStaff, purpose: purpose, scopes: ScopeSet(scopes),
            client: value["client"]?.stringValue)
    }
}
