/// Base64 with the standard alphabet and padding (RFC 4648 §4), read strictly.
package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    /// Appends four characters for every three bytes, the last group padded with `=`.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
        var index = 0
        alphabet.withUnsafeBufferPointer { alphabet in
            while index + 3 <= bytes.count {
                let group =
                    Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
                text.append(alphabet[group >> 18])
                text.append(alphabet[group >> 12 & 63])
                text.append(alphabet[group >> 6 & 63])
                text.append(alphabet[group & 63])
                index += 3
            }
        }
        let rest = bytes[index...]
        guard let first = rest.first else { return }
        let group = Int(first) << 16 | (rest.count > 1 ? Int(bytes[index + 1]) << 8 : 0)
        text.append(alphabet[group >> 18])
        text.append(alphabet[group >> 12 & 63])
        text.append(rest.count > 1 ? alphabet[group >> 6 & 63] : UInt8(ascii: "="))
        text.append(UInt8(ascii: "="))
    }

    /// Four characters for every three bytes, the last group padded with `=`.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes; nil for missing padding, foreign characters, line breaks or set trailing bits.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode($0) }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0, let last = text.last else { return text.isEmpty ? [] : nil }
        let padding = last != UInt8(ascii: "=") ? 0 : text[text.count - 2] == last ? 2 : 1
        let count = text.count - padding
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var isSound = true
        values.withUnsafeBufferPointer { values in
            var index = 0
            var bad: UInt8 = 0
            while index + 4 <= count {
                let (a, b) = (values[Int(text[index])], values[Int(text[index + 1])])
                let (c, d) = (values[Int(text[index + 2])], values[Int(text[index + 3])])
                bad |= a | b | c | d
                bytes.append(a << 2 | b >> 4)
                bytes.append(b << 4 | c >> 2)
                bytes.append(c << 6 | d)
                index += 4
            }
            guard index < count else {
                isSound = bad < 64
                return
            }
            let (a, b) = (values[Int(text[index])], values[Int(text[index + 1])])
            let c = padding == 1 ? values[Int(text[index + 2])] : 0
            bytes.append(a << 2 | b >> 4)
            if padding == 1 { bytes.append(b << 4 | c >> 2) }
            let trailing = padding == 1 ? c & 3 : b & 15
            isSound = (bad | a | b | c) < 64 && trailing == 0
        }
        return isSound ? bytes : nil
    }
}
