/// Strict percent-decoding: two hex digits after each `%`, valid UTF-8, nothing raw but ASCII.
///
/// Source: RFC 3986 §2.1. Visible ASCII that the RFC would have encoded (`|`, `"`, `[`) is let
/// through, as FHIR clients send `code=system|value` raw.
enum PercentDecoding {
    /// Decodes one path segment; nil if it is malformed or would change the path's shape.
    static func segment(_ bytes: some Collection<UInt8>) -> String? {
        guard let text = decode(bytes, plusIsSpace: false) else { return nil }
        if text == "." || text == ".." { return nil }
        let isSound = text.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
        }
        return isSound ? text : nil
    }

    /// Decodes a name or value of a query, where `+` is a space.
    static func parameter(_ bytes: some Collection<UInt8>) -> String? {
        guard let text = decode(bytes, plusIsSpace: true) else { return nil }
        // Tab, line feed and carriage return may stand in a value; other controls have no use.
        let isSound = text.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != 0x7F || byte == 0x09 || byte == 0x0A || byte == 0x0D
        }
        return isSound ? text : nil
    }

    private static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(digit),
                    let low = iterator.next().flatMap(digit)
                else { return nil }
                decoded.append(high << 4 | low)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                decoded.append(0x20)
            } else if byte > 0x20, byte < 0x7F {
                decoded.append(byte)
            } else {
                return nil
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
