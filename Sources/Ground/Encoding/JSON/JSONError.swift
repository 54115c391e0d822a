/// Why bytes are not the JSON that is accepted; `offset` counts bytes from the start of the text.
///
/// What is refused is what two readers could understand differently (RFC 8259 §4, §8; RFC 7493).
package enum JSONError: Error, Hashable, Sendable {
    /// The text ends inside a value.
    case truncated(offset: Int)
    /// A byte that the grammar does not allow here; `expected` names what it does allow.
    case unexpectedByte(offset: Int, expected: String)
    /// Bytes other than white space follow the value.
    case trailingBytes(offset: Int)
    /// The text begins with a byte order mark (RFC 8259 §8.1).
    case byteOrderMark(offset: Int)
    /// A string holds bytes that are not UTF-8, such as an overlong form or a surrogate.
    case invalidUTF8(offset: Int)
    /// A string holds an unescaped character below U+0020.
    case controlCharacter(offset: Int)
    /// A backslash is followed by something that is no escape.
    case invalidEscape(offset: Int)
    /// A `\u` escape names half of a surrogate pair only.
    case loneSurrogate(offset: Int)
    /// A number has a leading zero, a bare sign, or lacks digits.
    case invalidNumber(offset: Int)
    /// An object names a member twice; the offset is that of the second key.
    case duplicateKey(offset: Int)
    /// Nesting is deeper than ``JSONLimits/depth``.
    case tooDeep(offset: Int)
    /// The text is longer than ``JSONLimits/byteCount``, which is the offset.
    case tooLarge(offset: Int)
    /// There are more values than ``JSONLimits/elementCount``.
    case tooManyElements(offset: Int)
    /// A number lies outside of the range of IEEE 754 double precision; only canonicalisation asks.
    case numberOutOfRange(offset: Int)

    /// The byte at which the problem starts.
    package var offset: Int {
        switch self {
        case .truncated(let offset), .unexpectedByte(let offset, _), .trailingBytes(let offset),
            .byteOrderMark(let offset), .invalidUTF8(let offset), .controlCharacter(let offset),
            .invalidEscape(let offset), .loneSurrogate(let offset), .invalidNumber(let offset),
            .duplicateKey(let offset), .tooDeep(let offset), .tooLarge(let offset),
            .tooManyElements(let offset), .numberOutOfRange(let offset):
            offset
        }
    }

    /// The line and the column of the problem, both from 1; columns count bytes.
    package func position(in bytes: [UInt8]) -> JSONPosition {
        JSONPosition(offset: offset, in: bytes)
    }
}

/// A place in a text, as an editor shows it.
package struct JSONPosition: Hashable, Sendable {
    /// The line, from 1; a line feed ends one.
    package let line: Int
    /// The byte within the line, from 1.
    package let column: Int

    package init(offset: Int, in bytes: [UInt8]) {
        let before = bytes.prefix(max(0, offset))
        line = 1 + before.count { $0 == 0x0A }
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        column = before.count - start + 1
    }
}
