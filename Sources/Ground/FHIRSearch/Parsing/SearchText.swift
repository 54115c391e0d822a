/// Values of a request, in which `\` takes the meaning from `,`, `|`, `$` and itself.
enum SearchText {
    private static let escape = UInt8(ascii: "\\")

    /// The parts between separators that are not escaped; escapes stay for the next level.
    static func split(_ text: String, at separator: Unicode.Scalar) -> [String] {
        var (parts, part): ([String], [UInt8]) = ([], [])
        var isEscaped = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: separator), !isEscaped {
                parts.append(String(decoding: part, as: UTF8.self))
                part.removeAll(keepingCapacity: true)
            } else {
                part.append(byte)
            }
            isEscaped = byte == escape && !isEscaped
        }
        return parts + [String(decoding: part, as: UTF8.self)]
    }

    /// The text that is meant; a `\` before any other character stays.
    static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(escape) else { return text }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                if !escapable.contains(byte) { bytes.append(escape) }
                bytes.append(byte)
                isEscaped = false
            } else if byte == escape {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        if isEscaped { bytes.append(escape) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let escapable = Array(",|$\\".utf8)

    /// The part before the first separator and what is behind it; nil without one.
    static func cut(_ text: String, at separator: Character) -> (String, String)? {
        guard let place = text.firstIndex(of: separator) else { return nil }
        return (String(text[..<place]), String(text[text.index(after: place)...]))
    }
}
