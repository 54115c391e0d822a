import Base
import Encoding

/// Reads a JSON object that people write: each member is asked for once, and none may be left over.
struct StrictObject {
    /// Where in the file, for people, such as `peers[2]`.
    let place: String
    private var rest: [JSONMember]

    init(_ value: JSONValue?, at place: String) throws(Refusal) {
        guard case .object(let members) = value else {
            throw Self.refusal(place, "must be an object", "须为对象")
        }
        (self.place, rest) = (place, members)
    }

    static func refusal(_ place: String, _ english: String, _ chinese: String) -> Refusal {
        Refusal(
            "node-file.malformed", "node.json: \(place) \(english). Correct it; see OPERATIONS.md.",
            "node.json：\(place) \(chinese)。请更正，见 OPERATIONS.md。")
    }

    func refusal(_ key: String, _ english: String, _ chinese: String) -> Refusal {
        Self.refusal(place.isEmpty ? key : "\(place).\(key)", english, chinese)
    }

    /// A member that may be absent.
    mutating func take(_ key: String) -> JSONValue? {
        guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
        return rest.remove(at: index).value
    }

    mutating func optionalText(_ key: String, _ counts: ClosedRange<Int>) throws(Refusal) -> String?
    {
        guard let value = take(key) else { return nil }
        guard let text = value.stringValue, counts.contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            let (low, high) = (counts.lowerBound, counts.upperBound)
            throw refusal(
                key, "must be a text of \(low) to \(high) bytes", "须为 \(low) 至 \(high) 字节的文本")
        }
        return text
    }

    mutating func text(_ key: String, _ counts: ClosedRange<Int>) throws(Refusal) -> String {
        guard let text = try optionalText(key, counts) else {
            throw refusal(key, "is missing", "缺失")
        }
        return text
    }

    mutating func optionalNumber(
        _ key: String, _ range: ClosedRange<UInt64>
    ) throws(Refusal) -> UInt64? {
        guard let value = take(key) else { return nil }
        guard let number = value.numberText.flatMap({ UInt64($0) }), range.contains(number) else {
            let (low, high) = (range.lowerBound, range.upperBound)
            throw refusal(
                key, "must be a whole number from \(low) to \(high)", "须为 \(low) 至 \(high) 的整数")
        }
        return number
    }

    mutating func port(_ key: String, from low: UInt64 = 1) throws(Refusal) -> UInt16 {
        guard let number = try optionalNumber(key, low...65_535) else {
            throw refusal(key, "is missing", "缺失")
        }
        return UInt16(number)
    }

    /// A list of at most `count` values, each with its place; empty when it is absent.
    mutating func list(
        _ key: String, atMost count: Int
    ) throws(Refusal) -> [(value: JSONValue, place: String)] {
        guard let value = take(key) else { return [] }
        guard case .array(let elements) = value, elements.count <= count else {
            throw refusal(key, "must be a list of at most \(count)", "须为最多 \(count) 项的列表")
        }
        return elements.enumerated().map { ($0.element, "\(key)[\($0.offset)]") }
    }

    /// Refuses members that nobody asked for: a misspelt setting must not be passed over.
    func finish() throws(Refusal) {
        guard let key = rest.first?.key else { return }
        throw refusal(String(key.prefix(40)), "is not known", "未知")
    }
}
