package import Base
@preconcurrency import Glibc

/// What a log line may say beside its event: nothing that a request, a record or a key could fill.
///
/// There is no case for free text, so that patient data cannot slip in.
package enum LogValue: Hashable, Sendable {
    /// A count, a height, a port, an HTTP status.
    case number(Int64)
    /// As `number`, for values from unsigned counters.
    case unsigned(UInt64)
    case flag(Bool)
    /// A word written in our sources.
    case word(StaticWord)
    /// A digest, such as of a block.
    case hash(Hash256)
    case time(Timestamp)
    /// A duration in microseconds.
    case microseconds(UInt64)
    /// The code of a refusal; its sentences stay out.
    case refusal(Refusal)
    /// The number and the call of a system error; its path stays out.
    case systemError(SystemError)
    /// A name chosen by operators: of a chain, a contract, a node.
    ///
    /// At most 64 characters of a–z, 0–9, `.`, `-` and `_`, with no run of six digits, which an
    /// identity or telephone number would have; any other text is logged as `withheld`.
    case name(String)
    /// The numeric address of another node; any other text is logged as `withheld`.
    case address(String)

    /// A word that is a literal in the sources, whole and unchanged.
    package struct StaticWord: Hashable, Sendable, ExpressibleByStringLiteral {
        let text: StaticString

        package init(stringLiteral text: StaticString) { self.text = text }

        package static func == (left: StaticWord, right: StaticWord) -> Bool {
            left.text.description == right.text.description
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(text.description) }
    }

    /// The value as JSON.
    var json: String {
        switch self {
        case .number(let value): String(value)
        case .unsigned(let value), .microseconds(let value): String(value)
        case .flag(let value): String(value)
        case .word(let word): Self.quoted(word.text.description)
        case .hash(let hash): Self.quoted(hash.description)
        case .time(let time): Self.quoted(time.rfc3339)
        case .refusal(let refusal): Self.quoted(Self.safe(refusal.code))
        case .systemError(let error): Self.quoted(Self.safe("\(error.operation).\(error.code)"))
        case .name(let name): Self.quoted(Self.safe(name))
        case .address(let text): Self.quoted(Self.isAddress(text) ? text : "withheld")
        }
    }

    private static let maximumNameByteCount = 64
    private static let maximumDigitRun = 5

    private static func safe(_ text: String) -> String {
        guard (1...maximumNameByteCount).contains(text.utf8.count) else { return "withheld" }
        var digits = 0
        for character in text.utf8 {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                if digits > maximumDigitRun { return "withheld" }
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digits = 0
            // Separators do not end a run: 138-0013-8000 is a telephone number.
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): break
            default: return "withheld"
            }
        }
        return text
    }

    private static func isAddress(_ text: String) -> Bool {
        var room = in6_addr()
        // C would see the text's beginning only.
        guard !text.utf8.contains(0) else { return false }
        return inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1
    }

    /// A JSON string (RFC 8259 §7).
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
