package import Encoding

/// Why somebody did something, as a code such as `law.retention`: never free text about a person.
///
/// One to 64 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or
/// digit. What a code means is written in the documents of those who use it.
package struct ReasonCode: Hashable, Sendable, CBORCodable, CustomStringConvertible {
    /// The longest code, in bytes.
    package static let byteCount = 64

    package let text: String

    /// Nil unless the text has the form of a code.
    package init?(_ text: String) {
        guard Self.isCode(text) else { return nil }
        self.text = text
    }

    private static func isCode(_ text: String) -> Bool {
        let bytes = text.utf8
        func isWord(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
        guard (1...byteCount).contains(bytes.count), let first = bytes.first, isWord(first),
            let last = bytes.last, isWord(last)
        else { return false }
        return bytes.allSatisfy { isWord($0) || $0 == 45 || $0 == 46 }
    }

    package var description: String { text }

    package func encode(to writer: inout CBORWriter) { writer.text(text) }

    package init(from reader: inout CBORReader) throws(CBORError) {
        let start = reader.offset
        text = try reader.text(atMost: Self.byteCount)
        guard Self.isCode(text) else { throw .outOfRange(offset: start, field: "reason code") }
    }
}
