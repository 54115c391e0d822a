import Base

extension CBORValue {
    func appendNotation(to bytes: inout [UInt8], indentation: Int?) {
        func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
        switch self {
        case .unsigned(let value): append(String(value))
        case .negative(let value):
            // −1 − n does not fit 64 bits for the largest n.
            append(value == .max ? "-18446744073709551616" : "-\(value + 1)")
        case .byteString(let value): append("h'\(Hex.encode(value))'")
        case .text(let text): JSONText.append(text, to: &bytes)
        case .bool(let value): append(value ? "true" : "false")
        case .null: append("null")
        case .array(let elements):
            Self.appendList(
                elements, "[", "]", to: &bytes,
                elements.contains(where: \.isContainer) ? indentation : nil
            ) {
                $1.appendNotation(to: &$0, indentation: $2)
            }
        case .map(let pairs):
            Self.appendList(pairs, "{", "}", to: &bytes, indentation) {
                $1.key.appendNotation(to: &$0, indentation: nil)
                $0.append(contentsOf: ": ".utf8)
                $1.value.appendNotation(to: &$0, indentation: $2)
            }
        }
    }

    private var isContainer: Bool {
        switch self {
        case .array, .map: true
        default: false
        }
    }

    private static func appendList<Item>(
        _ items: [Item], _ opening: String, _ closing: String, to bytes: inout [UInt8],
        _ indentation: Int?, _ append: (inout [UInt8], Item, Int?) -> Void
    ) {
        let inner = items.isEmpty ? nil : indentation.map { $0 + 2 }
        func line(_ indentation: Int) -> String {
            "\n" + String(repeating: " ", count: indentation)
        }
        bytes.append(contentsOf: opening.utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(contentsOf: (inner == nil ? ", " : ",").utf8) }
            if let inner { bytes.append(contentsOf: line(inner).utf8) }
            append(&bytes, item, inner)
        }
        if let indentation, inner != nil { bytes.append(contentsOf: line(indentation).utf8) }
        bytes.append(contentsOf: closing.utf8)
    }
}
