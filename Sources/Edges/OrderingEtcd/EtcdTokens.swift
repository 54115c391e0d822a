import Encoding
import HTTPClient
import Synchronization

/// The token that etcd gives for a user and password, fetched when needed and again when refused.
final class EtcdTokens: Sendable {
    private let user: String?
    private let password: String?

    // Held while the token is fetched: who else needs one waits instead of asking too.
    private let token = Mutex<String?>(nil)

    init(user: String?, password: String?) { (self.user, self.password) = (user, password) }

    /// The field to send along, if any; `fetch` sends a request to a member.
    func field<Failure: Error>(
        fetch: (EtcdRequest) throws(Failure) -> JSONElement, malformed: Failure
    ) throws(Failure) -> HTTPClientField? {
        guard let user, let password else { return nil }
        let token = try token.withLock { (known) throws(Failure) -> String in
            if let known { return known }
            let answer = try fetch(.authenticate(user: user, password: password))
            guard let fetched = answer["token"]?.stringValue, Self.isToken(fetched) else {
                throw malformed
            }
            known = fetched
            return fetched
        }
        return HTTPClientField("Authorization", token)
    }

    /// Forgets a token that was refused, unless another one has taken its place; false without
    /// user.
    func drop(_ field: HTTPClientField?) -> Bool {
        guard let field else { return false }
        token.withLock { if $0 == field.value { $0 = nil } }
        return true
    }

    private static func isToken(_ text: String) -> Bool {
        (1...8_192).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
