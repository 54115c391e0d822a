extension Lexer {
    /// A text or name in quotes, with its escapes decoded.
    mutating func quoted(by quote: UInt8) throws(PathError) -> String {
        offset += 1
        var text: [UInt8] = []
        while let byte = peek() {
            offset += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                text.append(contentsOf: try escape())
            } else {
                text.append(byte)
            }
        }
        throw unexpected("the closing quote")
    }

    private mutating func escape() throws(PathError) -> [UInt8] {
        guard let byte = peek() else { throw unexpected("an escape") }
        offset += 1
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "\\"),
            UInt8(ascii: "/"):
            return [byte]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            let digits = bytes[offset...].prefix(4)
            guard digits.count == 4,
                let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw unexpected("four hexadecimal digits of a character") }
            offset += 4
            return Array(String(Character(scalar)).utf8)
        default:
            offset -= 1
            throw unexpected("an escape: \\' \\\" \\` \\\\ \\/ \\f \\n \\r \\t \\uXXXX")
        }
    }

    /// A date, a date and time, or a time, after the sign `@`.
    mutating func moment() throws(PathError) -> Token.Kind {
        offset += 1
        let start = offset
        func text(_ end: Int) -> String {
            String(decoding: bytes[start..<end], as: UTF8.self)
        }
        if take("T") {
            clock()
            let time = text(offset).dropFirst()
            guard Moment(time: String(time)) != nil else { throw unexpected("a time") }
            return .time(String(time))
        }
        guard digits(4) else { throw unexpected("a date or T and a time after @") }
        for _ in 0..<2 where peek() == UInt8(ascii: "-") && Self.isDigit(peek(1)) {
            offset += 1
            guard digits(2) else { throw unexpected("two digits") }
        }
        guard take("T") else {
            guard Moment(date: text(offset)) != nil else { throw unexpected("a date") }
            return .date(text(offset))
        }
        if Self.isDigit(peek()) {
            clock()
            zone()
        }
        guard Moment(dateTime: text(offset)) != nil else { throw unexpected("a date and time") }
        return .dateTime(text(offset))
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func digits(_ count: Int) -> Bool {
        guard (0..<count).allSatisfy({ Self.isDigit(peek($0)) }) else { return false }
        offset += count
        return true
    }

    private mutating func clock() {
        guard digits(2) else { return }
        for _ in 0..<2 where peek() == UInt8(ascii: ":") && Self.isDigit(peek(1)) {
            offset += 1
            guard digits(2) else { return }
        }
        if peek() == UInt8(ascii: "."), Self.isDigit(peek(1)) {
            offset += 1
            while Self.isDigit(peek()) { offset += 1 }
        }
    }

    private mutating func zone() {
        if take("Z") { return }
        guard peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-"),
            Self.isDigit(peek(1)), Self.isDigit(peek(2)), peek(3) == UInt8(ascii: ":")
        else { return }
        offset += 4
        _ = digits(2)
    }
}
