package import Base
import Encoding
package import Ledger

/// A program that may ask for tokens: whose account it acts for, its keys, and what it may do.
package struct RegisteredClient: Hashable, Sendable {
    package let id: String
    /// In whose name consents are decided and reads recorded.
    package let account: AccountID
    package let keys: [WebKey]
    /// The most that a token of this client may hold.
    package let scopes: ScopeSet

    package init(id: String, account: AccountID, keys: [WebKey], scopes: ScopeSet) {
        (self.id, self.account, self.keys, self.scopes) = (id, account, keys, scopes)
    }
}

/// The clients of one server, as its operator wrote them down.
///
/// A JSON array of objects: `client_id`, `account` (64 hexadecimal digits), `scope`, and `jwks`, a
/// JSON Web Key Set.
package struct ClientRegistry: Sendable {
    /// Clients of one server.
    package static let limit = 10_000

    /// By id, ascending.
    package let clients: [RegisteredClient]

    package init(_ clients: [RegisteredClient]) {
        self.clients = clients.sorted { $0.id < $1.id }
    }

    /// Reads the operator's file.
    package init(parsing bytes: [UInt8]) throws(Refusal) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
            throw error.refusal(in: bytes)
        }
        var clients: [RegisteredClient] = []
        for (index, element) in value.elements.enumerated() {
            guard let id = element["client_id"]?.stringValue, !id.isEmpty,
                let account = element["account"]?.stringValue.flatMap({ AccountID($0) }),
                let scope = element["scope"]?.stringValue,
                let keys = element["jwks"].map({ WebKey.set($0) }), !keys.isEmpty,
                !clients.contains(where: { $0.id == id }), clients.count < Self.limit
            else {
                throw Refusal(
                    "fhir.client-registry",
                    "Client \(index) of the registry needs a client_id of its own, an account, a "
                        + "scope and a jwks with a key that is taken (RSA, P-256, P-384, Ed25519).",
                    "注册表中第 \(index) 个客户端需要独有的 client_id、账户、scope，以及含可用密钥"
                        + "（RSA、P-256、P-384、Ed25519）的 jwks。")
            }
            clients.append(
                RegisteredClient(id: id, account: account, keys: keys, scopes: ScopeSet(scope)))
        }
        self.init(clients)
    }

    /// The client of an id.
    func client(_ id: String) -> RegisteredClient? { clients.first { $0.id == id } }
}
