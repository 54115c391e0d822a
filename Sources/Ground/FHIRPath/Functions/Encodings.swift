import Base
import Encoding

/// Encodings and escapes of texts.
extension PathEvaluator {
    mutating func encodings(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        guard let subject = try text(input, "\(name.rawValue)()"),
            let format = try text(arguments, 0, name, frame)
        else { return [] }
        try charge(1 + subject.utf8.count / 64)
        let result: String? =
            switch (name, format) {
            case (.encode, "hex"): Hex.encode(Array(subject.utf8))
            case (.encode, "base64"): Base64.encode(Array(subject.utf8))
            case (.encode, "urlbase64"):
                Self.exchanged(Base64.encode(Array(subject.utf8)), ["+": "-", "/": "_"])
            case (.decode, "hex"): Hex.decode(subject).flatMap(Self.text)
            case (.decode, "base64"): Base64.decode(subject).flatMap(Self.text)
            case (.decode, "urlbase64"):
                Base64.decode(Self.exchanged(subject, ["-": "+", "_": "/"])).flatMap(Self.text)
            case (.escape, "html"): subject.map(Self.entity).joined()
            case (.unescape, "html"): Self.withoutEntities(subject)
            case (.escape, "json"): String(JSONValue.string(subject).text().dropFirst().dropLast())
            case (.unescape, "json"): Self.withoutEscapes(subject)
            default:
                throw .wrongType(
                    place: "\(name.rawValue)()",
                    expected: "hex, base64 or urlbase64; escapes take html or json")
            }
        return try result.map { text throws(PathError) in [.string(try bounded(text))] } ?? []
    }

    private static func text(_ bytes: [UInt8]) -> String? {
        String(validating: bytes, as: UTF8.self)
    }

    private static func exchanged(_ text: String, _ characters: [Character: Character]) -> String {
        String(text.map { characters[$0] ?? $0 })
    }

    private static let entities: [(name: String, character: Character)] = [
        ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&#39;", "'"),
        ("&amp;", "&"),
    ]

    private static func entity(_ character: Character) -> String {
        // The first name that stands for a character is the one that is written; `'` has none in
        // older HTML, so it stays.
        character == "'"
            ? "'" : entities.first { $0.character == character }?.name ?? String(character)
    }

    /// JSON's escapes decoded; quotes may stand without one.
    private static func withoutEscapes(_ text: String) -> String? {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        var (quoted, isOpen) = ("\"", false)
        for (index, part) in parts.enumerated() {
            if index > 0 { quoted += isOpen ? "\"" : "\\\"" }
            quoted += part
            // An odd number of backslashes escapes the quote that follows.
            isOpen = part.reversed().prefix { $0 == "\\" }.count % 2 == 1
        }
        return try? JSONValue(parsing: Array((quoted + "\"").utf8)).stringValue
    }

    private static func withoutEntities(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            rest = rest[start...]
            if let entity = entities.first(where: { rest.hasPrefix($0.name) }) {
                result.append(entity.character)
                rest = rest.dropFirst(entity.name.count)
            } else {
                result.append("&")
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}
