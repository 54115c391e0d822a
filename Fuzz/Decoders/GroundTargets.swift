import Encoding

extension FuzzTarget {
    /// Both readers of CBOR agree, and what they accept has one encoding.
    static let cbor = FuzzTarget(name: "cbor", seeds: [cborSeed, [0x80], [0x18, 0x18]]) { bytes in
        let value = try? CBORValue(decoding: bytes)
        guard let value else {
            precondition(rawItem(bytes) == nil, "only the item was accepted")
            return false
        }
        precondition(value.encoded == bytes, "the value has another encoding")
        precondition(rawItem(bytes) == bytes, "only the value was accepted")
        precondition(!value.diagnosticNotation.isEmpty && !value.indentedNotation.isEmpty)
        return true
    }

    private static func rawItem(_ bytes: [UInt8]) -> [UInt8]? {
        guard var reader = try? CBORReader(bytes), let item = try? reader.rawItem(),
            reader.isAtEnd
        else { return nil }
        return item
    }

    private static var cborSeed: [UInt8] {
        var writer = CBORWriter()
        writer.array(6)
        writer.unsigned(.max)
        writer.integer(.min)
        writer.byteString([1, 2, 3])
        writer.text("康链")
        writer.bool(true)
        writer.null()
        return writer.bytes
    }

    private static let jsonSeeds = [
        #"{"a":[1.00,-2e+10,true,false,null],"康":"\u94fe\n\ud83d\ude00"}"#, "[]", "-0.0", "\"\"",
    ].map { Array($0.utf8) }

    /// What is parsed is UTF-8; each element, and what is written, parses again to the same value.
    static let json = FuzzTarget(name: "json", seeds: jsonSeeds) { bytes in
        do throws(JSONError) {
            let document = try JSONDocument(parsing: bytes)
            precondition(document.bytes == bytes, "the bytes changed")
            precondition(String(validating: bytes, as: UTF8.self) != nil, "this is not UTF-8")
            check(document.root)
            let value = document.root.value
            for pretty in [false, true] {
                let again = try? JSONValue(parsing: value.serialized(pretty: pretty))
                precondition(again == value, "written and read, the value changed")
            }
            return true
        } catch {
            precondition((0...bytes.count).contains(error.offset), "the error is outside")
            _ = error.refusal(in: bytes)
            return false
        }
    }

    private static func check(_ element: JSONElement) {
        var inner = 0
        for child in element.elements {
            check(child)
            inner += 1
        }
        for member in element.members {
            precondition(
                element[member.key]?.byteRange == member.value.byteRange, "lookup finds another")
            check(member.value)
            inner += 1
        }
        precondition(inner == element.count, "the count is wrong")
        guard inner == 0 else { return }
        let again = try? JSONValue(parsing: element.rawBytes)
        precondition(again == element.value, "the element's bytes are another value")
    }

    /// Canonical JSON is JSON, and canonical already; a number's text is that number.
    static let canonical = FuzzTarget(name: "canonical", seeds: jsonSeeds) { bytes in
        if bytes.count >= 8 {
            let bits = bytes[..<8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            if let text = JSONCanonical.number(bits), let double = Double(text) {
                precondition(
                    double.bitPattern == bits || double == 0 && bits << 1 == 0,
                    "the number changed")
            } else {
                precondition(!Double(bitPattern: bits).isFinite, "a finite number has no text")
            }
        }
        guard let value = try? JSONValue(parsing: bytes, limits: .request),
            let canonical = try? JSONCanonical.canonicalize(value)
        else { return false }
        guard let third = try? JSONValue(parsing: canonical),
            let twice = try? JSONCanonical.canonicalize(third)
        else { preconditionFailure("canonical text does not parse") }
        precondition(canonical == twice, "the canonical text is not canonical")
        return true
    }
}
