extension JSONValue {
    /// The value as text: members in their order, numbers as they are, the fewest escapes.
    ///
    /// When `pretty`, each member or element has a line, indented by two spaces; else there is no
    /// white space. Every ``number(_:)`` must hold a number: anything else is our own mistake, and
    /// traps.
    package func serialized(pretty: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, indentation: pretty ? 0 : nil)
        return bytes
    }

    /// The text of ``serialized(pretty:)`` as a string.
    package func text(pretty: Bool = false) -> String {
        String(decoding: serialized(pretty: pretty), as: UTF8.self)
    }

    private func append(to bytes: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text):
            precondition(JSONValue.isNumber(text), "JSONValue.number holds no number")
            bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONText.append(text, to: &bytes)
        case .array(let elements):
            Self.appendList(elements, "[", "]", to: &bytes, indentation) { bytes, element, inner in
                element.append(to: &bytes, indentation: inner)
            }
        case .object(let members):
            Self.appendList(members, "{", "}", to: &bytes, indentation) { bytes, member, inner in
                JSONText.append(member.key, to: &bytes)
                bytes.append(contentsOf: (inner == nil ? ":" : ": ").utf8)
                member.value.append(to: &bytes, indentation: inner)
            }
        }
    }

    private static func appendList<Item>(
        _ items: [Item], _ opening: Unicode.Scalar, _ closing: Unicode.Scalar,
        to bytes: inout [UInt8], _ indentation: Int?,
        _ append: (inout [UInt8], Item, Int?) -> Void
    ) {
        let inner = indentation.map { $0 + 1 }
        bytes.append(UInt8(ascii: opening))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(0x2C) }
            appendLine(inner, to: &bytes)
            append(&bytes, item, inner)
        }
        if !items.isEmpty { appendLine(indentation, to: &bytes) }
        bytes.append(UInt8(ascii: closing))
    }

    private static func appendLine(_ indentation: Int?, to bytes: inout [UInt8]) {
        guard let indentation else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indentation * 2))
    }

    /// Whether a text follows the grammar of numbers (RFC 8259 §6).
    static func isNumber(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { utf8 in
            guard let base = utf8.baseAddress, !utf8.isEmpty else { return false }
            var scanner = JSONScanner(base, count: utf8.count)
            do {
                try scanner.skipNumber()
            } catch {
                return false
            }
            return scanner.offset == utf8.count
        }
    }
}
