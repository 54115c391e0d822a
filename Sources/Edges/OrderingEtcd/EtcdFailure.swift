import Encoding
import HTTPClient
import Ordering

/// How a question to etcd ended without an answer.
enum EtcdFailure: Error, Hashable, Sendable {
    /// We are closing, or no longer want to know.
    case cancelled
    /// More bytes than we read; ask for less.
    case answerTooLarge
    /// The revision is older than what the store remembers.
    case compacted
    /// Another member would say the same.
    case refused(OrderingError)
    /// No member answered in time; the text is for people.
    case unreachable(String)

    /// What it means for whoever uses the engine.
    var orderingError: OrderingError {
        switch self {
        case .cancelled: .closed
        case .answerTooLarge: .unavailable("an answer was too large")
        case .compacted: .unavailable("the history was compacted")
        case .refused(let error): error
        case .unreachable(let reason): .unavailable(reason)
        }
    }
}

/// An error as the gateway writes it: gRPC's code and a text.
struct EtcdRefusal: Hashable, Sendable {
    /// What to do about it.
    enum Remedy: Hashable, Sendable {
        case askElsewhere
        case renewToken
        case giveUp(EtcdFailure)
    }

    let code: UInt64
    let message: String

    init(code: UInt64, message: String) { (self.code, self.message) = (code, message) }

    init(_ element: JSONElement) {
        code = element.unsigned("code") ?? element.unsigned("grpc_code") ?? 0
        let text = element["message"] ?? element["error"]
        message = Printable.text(text?.stringValue ?? "an error without a text")
    }

    /// Reads the body of a response that is no success, whatever it is.
    init(status: Int, body: [UInt8]) {
        let limits = JSONLimits(byteCount: 1 << 16, depth: 8, elementCount: 1_000)
        if let document = try? JSONDocument(parsing: body, limits: limits) {
            self.init(document.root)
        } else {
            self.init(code: 0, message: "HTTP status \(status)")
        }
    }

    /// What helps against it.
    ///
    /// Codes: `google.golang.org/grpc/codes`. Texts: etcd 3.4, `etcdserver/api/v3rpc/rpctypes`.
    func remedy(recordByteCount: Int, limit: Int) -> Remedy {
        let tooLarge = OrderingError.tooLarge(byteCount: recordByteCount, limit: limit)
        switch code {
        case 3 where message.contains("too large"): return .giveUp(.refused(tooLarge))
        case 3 where message.contains("auth store is old"): return .renewToken
        case 3 where message.contains("authentication failed"),
            3 where message.contains("user name is empty"):
            return .giveUp(.refused(.denied(message)))
        case 7: return .giveUp(.refused(.denied(message)))
        case 8 where message.contains("space exceeded"): return .giveUp(.refused(.full))
        case 8 where message.contains("larger than max"): return .giveUp(.refused(tooLarge))
        case 11 where message.contains("compacted"): return .giveUp(.compacted)
        case 16: return .renewToken
        default: return .askElsewhere
        }
    }
}

/// Makes text of strangers fit for logs and refusals.
enum Printable {
    /// The first 200 characters, with anything but printable ASCII replaced.
    static func text(_ text: String) -> String {
        String(text.unicodeScalars.prefix(200).map { $0.isPrintable ? Character($0) : "?" })
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool { value >= 0x20 && value < 0x7F }
}

extension HTTPClientError {
    /// The error in words, for reasons.
    var text: String {
        switch self {
        case .invalidRequest: "the address or certificate files cannot be used"
        case .unknownHost: "the host is unknown"
        case .cannotConnect: "nobody listens there"
        case .timedOut: "no answer in time"
        case .untrusted: "the TLS certificate is not trusted, or ours is not"
        case .wrongPublicKey: "the public key is another one"
        case .interrupted: "the connection broke"
        case .responseTooLarge: "the answer is too large"
        case .uploadFailed, .cancelled: "broken off"
        case .failed(let code): "libcurl error \(code)"
        }
    }
}
