import FHIRPath

/// The forms of FHIR's primitive values (FHIR R4 §2.24.0.1).
enum PrimitiveFormat {
    /// Whether the text of a JSON string, or of a number, has the form of a type.
    static func isValid(_ text: String, _ type: String) -> Bool {
        switch type {
        case "date": Moment(date: text) != nil && text != "0000"
        case "dateTime": isDateTime(text)
        case "instant": isInstant(text)
        case "time": text.utf8.count >= 8 && Moment(time: text) != nil
        case "id": isID(text)
        case "code": isCode(text)
        case "oid": isOID(text)
        case "uuid": isUUID(text)
        case "uri", "url", "canonical": !text.isEmpty && !text.utf8.contains(where: isSpace)
        case "base64Binary": isBase64(text)
        case "string", "markdown": isText(text)
        case "integer": isInteger(text, least: Int(Int32.min))
        case "unsignedInt": isInteger(text, least: 0)
        case "positiveInt": isInteger(text, least: 1)
        default: true
        }
    }

    // MARK: Times

    private static func isDateTime(_ text: String) -> Bool {
        guard let place = text.utf8.firstIndex(of: UInt8(ascii: "T")) else {
            return Moment(date: text) != nil
        }
        // With a time, seconds and the offset must be there.
        guard Moment(dateTime: text) != nil else { return false }
        let time = text.utf8[text.utf8.index(after: place)...]
        let hasOffset = time.contains { "Z+-".utf8.contains($0) }
        return hasOffset && time.prefix { !"Z+-".utf8.contains($0) }.count >= 8
    }

    private static func isInstant(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: "T")) && isDateTime(text)
    }

    // MARK: Names

    static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// Words with single spaces between them.
    private static func isCode(_ text: String) -> Bool {
        let words = text.utf8.split(omittingEmptySubsequences: false, whereSeparator: isSpace)
        return words.allSatisfy { !$0.isEmpty }
    }

    static func isOID(_ text: String) -> Bool {
        guard text.hasPrefix("urn:oid:") else { return false }
        let parts = text.utf8.dropFirst(8).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areNumbers = parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy(isDigit)
                && (part.count == 1 || part.first != UInt8(ascii: "0"))
        }
        return parts.count > 1 && areNumbers
            && ["0", "1", "2"].contains(
                parts[0].first.map {
                    String(UnicodeScalar($0))
                })
    }

    static func isUUID(_ text: String) -> Bool {
        guard text.hasPrefix("urn:uuid:") else { return false }
        let parts = text.utf8.dropFirst(9).split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.allSatisfy(isHexadecimal) }
    }

    // MARK: Texts and numbers

    private static func isText(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 || isSpace($0) }
            && text.utf8.contains { !isSpace($0) }
    }

    private static func isBase64(_ text: String) -> Bool {
        let bytes = text.utf8.filter { !isSpace($0) }
        let padding = bytes.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return !bytes.isEmpty && bytes.count % 4 == 0 && padding <= 2
            && bytes.dropLast(padding).allSatisfy {
                isLetterOrDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
            }
    }

    private static func isInteger(_ text: String, least: Int) -> Bool {
        guard let value = Int(text), String(value) == text else { return false }
        return value >= least && value <= Int(Int32.max)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
