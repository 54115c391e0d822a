import Base
import Encoding

/// How far the notifications of a subscription are, and how the next one fares.
struct HookCursor: Hashable, Sendable {
    /// All events up to here are done with: a position of the index, or one more than the sequence
    /// number of an audit event.
    var position: UInt64 = 0
    /// For consents, which have no order: the status of each that is done with, by id.
    var seen: [String: String] = [:]
    /// Attempts for the next notification that failed.
    var attempts = 0
    /// When it is tried again; nil for at once.
    var due: Timestamp?

    init() {}

    var json: JSONValue {
        var value: JSONValue = [
            "position": .integer(position), "attempts": .integer(attempts),
            "seen": .object(
                seen.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }),
        ]
        if let due { value["due"] = .string(due.rfc3339) }
        return value
    }

    init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes),
            let position = value["position"]?.numberText.flatMap({ UInt64($0) }),
            let attempts = value["attempts"]?.integerValue
        else { return nil }
        self.position = position
        self.attempts = attempts
        for member in value["seen"]?.members ?? [] {
            guard let status = member.value.stringValue else { return nil }
            seen[member.key] = status
        }
        due = value["due"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    }
}
