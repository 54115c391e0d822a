/// Reads XML 1.0 in UTF-8, strictly and within bounds: elements, attributes, texts, CDATA.
///
/// Comments and processing instructions are skipped. Document types are refused, so that there are
/// no entities but the five of XML and characters by number.
package struct XMLReader {
    private let bytes: [UInt8]
    private let limits: XMLLimits
    private var offset = 0
    private var partsLeft: Int

    /// The outermost element of a document.
    package static func read(
        _ bytes: [UInt8], limits: XMLLimits = .standard
    ) throws(XMLError) -> XMLElement {
        guard bytes.count <= limits.byteCount else { throw .limit(offset: limits.byteCount) }
        var reader = XMLReader(bytes, limits)
        return try reader.document()
    }

    private init(_ bytes: [UInt8], _ limits: XMLLimits) {
        (self.bytes, self.limits) = (bytes, limits)
        partsLeft = limits.partCount
    }

    // MARK: Bytes

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private func stands(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard stands(text) else { return false }
        offset += text.utf8CodeUnitCount
        return true
    }

    private func unexpected(_ expected: String) -> XMLError {
        next == nil ? .truncated(offset: offset) : .unexpected(offset: offset, expected: expected)
    }

    private mutating func count() throws(XMLError) {
        partsLeft -= 1
        guard partsLeft >= 0 else { throw .limit(offset: offset) }
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    /// Skips to behind a text that must come.
    private mutating func skip(past text: StaticString) throws(XMLError) {
        while !stands(text) {
            guard next != nil else { throw .truncated(offset: offset) }
            offset += 1
        }
        offset += text.utf8CodeUnitCount
    }

    // MARK: Document

    private mutating func document() throws(XMLError) -> XMLElement {
        _ = take("\u{FEFF}")
        try skipMiscellaneous()
        guard next == UInt8(ascii: "<") else { throw unexpected("<") }
        let root = try element(depth: 1)
        try skipMiscellaneous()
        guard next == nil else { throw unexpected("the end") }
        return root
    }

    private mutating func skipMiscellaneous() throws(XMLError) {
        while true {
            skipSpace()
            if take("<!--") {
                try skip(past: "-->")
            } else if take("<?") {
                try skip(past: "?>")
            } else if stands("<!DOCTYPE") {
                throw .documentType(offset: offset)
            } else {
                return
            }
        }
    }

    private mutating func element(depth: Int) throws(XMLError) -> XMLElement {
        guard depth <= limits.depth else { throw .limit(offset: offset) }
        try count()
        let start = offset
        offset += 1
        let name = try name()
        let attributes = try attributes()
        var contents: [XMLElement.Content] = []
        if !take("/>") {
            guard take(">") else { throw unexpected(">") }
            contents = try self.contents(depth: depth)
            let place = offset
            offset += 2
            guard try self.name() == name else { throw .mismatchedTag(offset: place) }
            skipSpace()
            guard take(">") else { throw unexpected(">") }
        }
        return XMLElement(
            name: name, attributes: attributes, contents: contents, byteRange: start..<offset)
    }

    private mutating func name() throws(XMLError) -> String {
        let start = offset
        while let byte = next, Self.isNameByte(byte, isFirst: offset == start) { offset += 1 }
        guard offset > start else { throw unexpected("a name") }
        return try text(start..<offset)
    }

    private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x3A, 0x80...: true
        case 0x30...0x39, 0x2D, 0x2E: !isFirst
        default: false
        }
    }

    private mutating func attributes() throws(XMLError) -> [XMLElement.Attribute] {
        var attributes: [XMLElement.Attribute] = []
        while true {
            let before = offset
            skipSpace()
            guard let byte = next else { throw .truncated(offset: offset) }
            if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") { return attributes }
            guard offset > before else { throw unexpected("a space or >") }
            try count()
            let start = offset
            let name = try name()
            guard !attributes.contains(where: { $0.name == name }) else {
                throw .duplicateAttribute(offset: start)
            }
            skipSpace()
            guard take("=") else { throw unexpected("=") }
            skipSpace()
            attributes.append(.init(name: name, value: try attributeValue()))
        }
    }

    private mutating func attributeValue() throws(XMLError) -> String {
        guard let quote = next, quote == 0x22 || quote == 0x27 else { throw unexpected("a quote") }
        offset += 1
        var (value, start) = ("", offset)
        while let byte = next, byte != quote {
            switch byte {
            case UInt8(ascii: "<"): throw unexpected("&lt; for <")
            case UInt8(ascii: "&"):
                value += try text(start..<offset) + (try reference())
                start = offset
            default: offset += 1
            }
        }
        value += try text(start..<offset)
        guard next == quote else { throw .truncated(offset: offset) }
        offset += 1
        return value
    }

    // MARK: Contents

    /// All up to the end tag, which stays unread.
    private mutating func contents(depth: Int) throws(XMLError) -> [XMLElement.Content] {
        var (contents, pending): ([XMLElement.Content], String) = ([], "")
        func flush() {
            if !pending.isEmpty { contents.append(.text(pending)) }
            pending = ""
        }
        while !stands("</") {
            if take("<!--") {
                try skip(past: "-->")
            } else if take("<![CDATA[") {
                let start = offset
                try skip(past: "]]>")
                pending += try text(start..<offset - 3)
            } else if take("<?") {
                try skip(past: "?>")
            } else if next == UInt8(ascii: "<") {
                flush()
                contents.append(.element(try element(depth: depth + 1)))
            } else if next == UInt8(ascii: "&") {
                pending += try reference()
            } else {
                try count()
                let start = offset
                while let byte = next, byte != UInt8(ascii: "<"), byte != UInt8(ascii: "&") {
                    offset += 1
                }
                guard next != nil else { throw .truncated(offset: offset) }
                pending += try text(start..<offset)
            }
        }
        flush()
        return contents
    }

    private mutating func reference() throws(XMLError) -> String {
        let start = offset
        for (name, text) in Self.entities where bytes[offset...].starts(with: name.utf8) {
            offset += name.utf8.count
            return text
        }
        guard take("&#") else { throw .unknownReference(offset: start) }
        let radix = take("x") ? 16 : 10
        let first = offset
        while let byte = next, byte != UInt8(ascii: ";"), offset - first < 8 { offset += 1 }
        let digits = String(decoding: bytes[first..<offset], as: UTF8.self)
        guard take(";"), digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let value = UInt32(digits, radix: radix), let scalar = Unicode.Scalar(value),
            Self.isAllowed(scalar)
        else { throw .unknownReference(offset: start) }
        return String(Character(scalar))
    }

    private static let entities = [
        ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&apos;", "'"),
    ]

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...: true
        default: false
        }
    }

    private func text(_ range: Range<Int>) throws(XMLError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self),
            text.unicodeScalars.allSatisfy(Self.isAllowed)
        else { throw .invalidText(offset: range.lowerBound) }
        return text
    }
}
