/// Steps over the tokens of a JSON text, checking each byte once.
///
/// It reads memory that its creator keeps alive, and never past `count`.
struct JSONScanner {
    private let base: UnsafePointer<UInt8>
    let count: Int

    /// The next byte to read.
    private(set) var offset = 0

    init(_ base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    /// Eight bytes with `byte` in each.
    @inline(__always)
    private static func repeated(_ byte: UInt8) -> UInt64 {
        UInt64(byte) &* 0x0101_0101_0101_0101
    }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 {
        let raw = UnsafeRawPointer(base)
        return UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The byte at the offset, or an error at the end of the text.
    @inline(__always)
    func peek() throws(JSONError) -> UInt8 {
        guard offset < count else { throw .truncated(offset: count) }
        return base[offset]
    }

    @inline(__always)
    mutating func advance() { offset &+= 1 }

    /// The bytes of a range that has been scanned.
    func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// Steps over spaces, tabs, line feeds and carriage returns.
    @inline(__always)
    mutating func skipSpace() {
        while offset < count {
            switch base[offset] {
            case 0x20:
                while count &- offset >= 8, word(at: offset) == Self.repeated(0x20) {
                    offset &+= 8
                }
                while offset < count, base[offset] == 0x20 { offset &+= 1 }
            case 0x0A, 0x0D, 0x09: offset &+= 1
            default: return
            }
        }
    }

    /// Steps over a string from its opening quote; returns whether it holds escapes.
    mutating func skipString() throws(JSONError) -> Bool {
        offset &+= 1
        var hasEscapes = false
        while true {
            skipPlainText()
            let byte = try peek()
            switch byte {
            case 0x22:
                offset &+= 1
                return hasEscapes
            case 0x5C:
                hasEscapes = true
                try skipEscape()
            case 0..<0x20: throw .controlCharacter(offset: offset)
            case 0x80...: try skipMultibyte(byte)
            default: offset &+= 1
            }
        }
    }

    /// Steps over ASCII that is neither quote, backslash nor control character, eight at a time.
    @inline(__always)
    private mutating func skipPlainText() {
        let ones = Self.repeated(1)
        while count &- offset >= 8 {
            let word = word(at: offset)
            let quote = word ^ Self.repeated(0x22)
            let backslash = word ^ Self.repeated(0x5C)
            // A byte's top bit is set where that byte is special; a borrow can set bits above a
            // true hit only, and the lowest is what counts.
            let special =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash
                    | (word &- Self.repeated(0x20)) & ~word | word) & Self.repeated(0x80)
            guard special == 0 else {
                offset &+= special.trailingZeroBitCount >> 3
                return
            }
            offset &+= 8
        }
    }

    /// Steps over one well-formed UTF-8 sequence of two to four bytes (Unicode 15, table 3-7).
    @inline(__always)
    private mutating func skipMultibyte(_ lead: UInt8) throws(JSONError) {
        let start = offset
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw .invalidUTF8(offset: start)
        }
        guard count &- start >= length, second.contains(base[start &+ 1]) else {
            throw .invalidUTF8(offset: start)
        }
        for index in 2..<max(2, length) {
            guard base[start &+ index] & 0xC0 == 0x80 else { throw .invalidUTF8(offset: start) }
        }
        offset = start &+ length
    }

    private mutating func skipEscape() throws(JSONError) {
        let start = offset
        offset &+= 1
        switch try peek() {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: offset &+= 1
        case 0x75:
            let unit = try hexUnit(start)
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00, count &- offset >= 2, base[offset] == 0x5C,
                base[offset &+ 1] == 0x75
            else { throw .loneSurrogate(offset: start) }
            let second = offset
            offset &+= 1
            guard try hexUnit(second) & 0xFC00 == 0xDC00 else {
                throw .loneSurrogate(offset: start)
            }
        default: throw .invalidEscape(offset: start)
        }
    }

    /// Reads `uXXXX` of an escape that began at `start`.
    private mutating func hexUnit(_ start: Int) throws(JSONError) -> UInt16 {
        offset &+= 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(try peek()) else { throw .invalidEscape(offset: start) }
            unit = unit << 4 | digit
            offset &+= 1
        }
        return unit
    }

    /// Steps over a number (RFC 8259 §6).
    mutating func skipNumber() throws(JSONError) {
        let start = offset
        if base[offset] == 0x2D { offset &+= 1 }
        if offset < count, base[offset] == 0x30 {
            offset &+= 1
        } else {
            try skipDigits(start)
        }
        if offset < count, base[offset] == 0x2E {
            offset &+= 1
            try skipDigits(start)
        }
        if offset < count, base[offset] | 0x20 == 0x65 {
            offset &+= 1
            if offset < count, base[offset] == 0x2B || base[offset] == 0x2D { offset &+= 1 }
            try skipDigits(start)
        }
        // `01` is a broken number, not a zero followed by something.
        if offset < count, base[offset] &- 0x30 < 10 { throw .invalidNumber(offset: start) }
    }

    @inline(__always)
    private mutating func skipDigits(_ start: Int) throws(JSONError) {
        let first = offset
        while offset < count, base[offset] &- 0x30 < 10 { offset &+= 1 }
        guard offset > first else { throw .invalidNumber(offset: start) }
    }

    /// Steps over `true`, `false` or `null`.
    mutating func skipWord(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard offset &+ index < count else { throw .truncated(offset: count) }
            guard base[offset &+ index] == word.utf8Start[index] else {
                throw .unexpectedByte(offset: offset, expected: "\(word)")
            }
        }
        offset &+= word.utf8CodeUnitCount
    }
}

/// The value of a hexadecimal digit; nil for anything else.
func hexDigit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case 0x30...0x39: UInt16(byte - 0x30)
    case 0x41...0x46: UInt16(byte - 0x37)
    case 0x61...0x66: UInt16(byte - 0x57)
    default: nil
    }
}
