/// Cuts an expression into tokens; white space and comments are left out.
struct Lexer {
    let bytes: [UInt8]
    var offset = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    static func tokens(of text: String) throws(PathError) -> [Token] {
        var lexer = Lexer(text)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private mutating func next() throws(PathError) -> Token {
        try skipSpace()
        let start = offset
        guard let byte = peek() else { return Token(kind: .end, offset: start) }
        return Token(kind: try kind(startingWith: byte), offset: start)
    }

    private mutating func kind(startingWith byte: UInt8) throws(PathError) -> Token.Kind {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(number())
        case UInt8(ascii: "@"): return try moment()
        case UInt8(ascii: "'"): return .string(try quoted(by: byte))
        case UInt8(ascii: "`"): return .delimited(try quoted(by: byte))
        case UInt8(ascii: "%"):
            offset += 1
            switch peek() {
            case UInt8(ascii: "`"): return .external(try quoted(by: UInt8(ascii: "`")))
            case UInt8(ascii: "'"): return .external(try quoted(by: UInt8(ascii: "'")))
            default:
                let name = word()
                guard !name.isEmpty else { throw unexpected("a name after %") }
                return .external(name)
            }
        case UInt8(ascii: "$"):
            offset += 1
            let name = word()
            guard ["this", "index", "total"].contains(name) else {
                throw unexpected("$this, $index or $total")
            }
            return .special(name)
        case _ where Self.startsWord(byte): return .identifier(word())
        default: return .symbol(try symbol())
        }
    }

    // MARK: Parts

    func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    func unexpected(_ expected: String) -> PathError {
        .syntax(offset: offset, expected: expected)
    }

    static func startsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }

    mutating func word() -> String {
        let start = offset
        while let byte = peek(), Self.startsWord(byte) || offset > start && Self.isDigit(byte) {
            offset += 1
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// Digits, and a point with more of them; a point before a name is not part of the number.
    private mutating func number() -> String {
        let start = offset
        while Self.isDigit(peek()) { offset += 1 }
        if peek() == UInt8(ascii: "."), Self.isDigit(peek(1)) {
            offset += 1
            while Self.isDigit(peek()) { offset += 1 }
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func symbol() throws(PathError) -> String {
        for symbol in ["<=", ">=", "!=", "!~"] where bytes[offset...].starts(with: symbol.utf8) {
            offset += 2
            return symbol
        }
        let symbol = String(decoding: bytes[offset...offset], as: UTF8.self)
        guard "+-*/|&=~<>.,()[]{}".contains(symbol) else {
            throw unexpected("an operator, a name or a value")
        }
        offset += 1
        return symbol
    }

    private mutating func skipSpace() throws(PathError) {
        while let byte = peek() {
            switch (byte, peek(1)) {
            case (0x20, _), (0x09, _), (0x0A, _), (0x0D, _): offset += 1
            case (UInt8(ascii: "/"), UInt8(ascii: "/")):
                while let byte = peek(), byte != 0x0A, byte != 0x0D { offset += 1 }
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                offset += 2
                while peek() != UInt8(ascii: "*") || peek(1) != UInt8(ascii: "/") {
                    guard peek() != nil else { throw unexpected("*/, the end of the comment") }
                    offset += 1
                }
                offset += 2
            default: return
            }
        }
    }
}
