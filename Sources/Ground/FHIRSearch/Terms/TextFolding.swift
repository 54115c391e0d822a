/// The form in which texts are compared: lower case, without accents, with single spaces.
///
/// Full-width forms become ASCII, so that what Chinese keyboards write is found too; Chinese
/// characters stay as they are. `ß`, `æ`, `œ` and `þ` become two letters. The table is ours: it
/// holds the Latin letters of European languages, pinyin and Vietnamese; of other letters only
/// combining accents are dropped.
package enum TextFolding {
    /// The folded text, cut to as many bytes as a term may have.
    package static func folded(_ text: String) -> String {
        var text = text
        let ascii = text.withUTF8 { utf8 -> String? in
            guard utf8.allSatisfy({ $0 < 0x80 && $0 > 0x20 || $0 == 0x20 }) else { return nil }
            return foldedASCII(utf8)
        }
        return ascii ?? foldedScalars(text)
    }

    /// The first so many bytes of a text, whole characters of UTF-8 only.
    package static func cut(_ text: String, to count: Int) -> String {
        guard text.utf8.count > count else { return text }
        let bytes = Array(text.utf8.prefix(count + 1))
        var end = count
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    private static func foldedASCII(_ utf8: UnsafeBufferPointer<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(utf8.count, SearchLimits.termBytes))
        for byte in utf8 where bytes.count < SearchLimits.termBytes {
            if byte == 0x20 {
                if !bytes.isEmpty, bytes.last != 0x20 { bytes.append(0x20) }
            } else {
                bytes.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            }
        }
        if bytes.last == 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func foldedScalars(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.value >= 0x3001, !(0xFE00...0xFFEF).contains(scalar.value) {
                folded.append(scalar)
                continue
            }
            let properties = scalar.properties
            if properties.isWhitespace || scalar.value < 0x20 {
                if !folded.isEmpty, folded.last != " " { folded.append(" ") }
            } else if properties.generalCategory == .nonspacingMark {
                continue
            } else if (0xFF01...0xFF5E).contains(scalar.value),
                let narrow = Unicode.Scalar(scalar.value - 0xFEE0)
            {
                folded.append(contentsOf: narrow.properties.lowercaseMapping.unicodeScalars)
            } else {
                for lower in properties.lowercaseMapping.unicodeScalars
                where lower.properties.generalCategory != .nonspacingMark {
                    if let base = letters[lower] {
                        folded.append(contentsOf: base.unicodeScalars)
                    } else {
                        folded.append(lower)
                    }
                }
            }
        }
        if folded.last == " " { folded.removeLast() }
        return cut(String(folded), to: SearchLimits.termBytes)
    }

    /// Lower-case letters with the ones that they are compared as.
    private static let letters: [Unicode.Scalar: String] = {
        let families: [(String, String)] = [
            ("a", "àáâãäåāăąǎǟǡǻȁȃȧạảấầẩẫậắằẳẵặ"), ("b", "ḃḅḇɓ"), ("c", "çćĉċčƈ"),
            ("d", "ďđḋḍḏɖɗð"), ("e", "èéêëēĕėęěȅȇȩẹẻẽếềểễệ"), ("f", "ḟƒ"),
            ("g", "ĝğġģǧǵḡɠ"), ("h", "ĥħḣḥḧḩȟ"), ("i", "ìíîïĩīĭįıǐȉȋịỉ"), ("j", "ĵǰ"),
            ("k", "ķǩḱḳḵƙ"), ("l", "ĺļľŀłḷḹḻ"), ("m", "ḿṁṃ"), ("n", "ñńņňŋǹṅṇṉ"),
            ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯọỏốồổỗộớờởỡợ"), ("p", "ṕṗƥ"), ("r", "ŕŗřȑȓṙṛṟ"),
            ("s", "śŝşšșṡṣſ"), ("t", "ţťŧțṫṭṯ"), ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗụủứừửữự"),
            ("v", "ṽṿ"), ("w", "ŵẁẃẅẇẉ"), ("x", "ẋẍ"), ("y", "ýÿŷȳẏỳỵỷỹ"), ("z", "źżžẑẓẕƶ"),
            ("ss", "ß"), ("ae", "æǽ"), ("oe", "œ"), ("th", "þ"),
        ]
        var table: [Unicode.Scalar: String] = [:]
        for (base, letters) in families {
            for letter in letters.unicodeScalars { table[letter] = base }
        }
        return table
    }()
}
