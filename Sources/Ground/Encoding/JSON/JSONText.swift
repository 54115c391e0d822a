/// The contents of JSON strings: escapes read and written (RFC 8259 §7).
enum JSONText {
    /// The UTF-8 that a scanned string stands for, without its quotes.
    ///
    /// The scanner has checked the escapes; an unchecked text yields nonsense, not a trap.
    static func unescape(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            guard byte == 0x5C, index < text.count else {
                result.append(byte)
                continue
            }
            let escape = text[index]
            index += 1
            switch escape {
            case 0x62: result.append(0x08)
            case 0x66: result.append(0x0C)
            case 0x6E: result.append(0x0A)
            case 0x72: result.append(0x0D)
            case 0x74: result.append(0x09)
            case 0x75:
                var scalar = UInt32(unit(text, &index))
                if scalar & 0xFC00 == 0xD800 {
                    index += 2
                    let low = UInt32(unit(text, &index))
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
                }
                result.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
            default: result.append(escape)
            }
        }
        return result
    }

    private static func unit(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 where index < text.count {
            unit = unit << 4 | (hexDigit(text[index]) ?? 0)
            index += 1
        }
        return unit
    }

    /// Appends a string in quotes with the fewest escapes, as RFC 8785 §3.2.2.2 wants them.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        bytes.append(0x22)
        text.withUTF8 { utf8 in
            var start = 0
            for index in 0..<utf8.count {
                let byte = utf8[index]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
                bytes.append(contentsOf: utf8[start..<index])
                start = index + 1
                bytes.append(0x5C)
                switch byte {
                case 0x08: bytes.append(0x62)
                case 0x09: bytes.append(0x74)
                case 0x0A: bytes.append(0x6E)
                case 0x0C: bytes.append(0x66)
                case 0x0D: bytes.append(0x72)
                case 0x22, 0x5C: bytes.append(byte)
                default:
                    let digits = Array("0123456789abcdef".utf8)
                    bytes.append(contentsOf: [
                        0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)],
                    ])
                }
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(0x22)
    }
}
