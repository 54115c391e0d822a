import Encoding

extension FuzzTarget {
    /// Whatever the CBOR reader accepts as one item has that one encoding.
    static let cbor = FuzzTarget(name: "cbor", seeds: [cborSeed, [0x80], [0x18, 0x18]]) { bytes in
        guard var reader = try? CBORReader(bytes), let item = try? reader.rawItem() else {
            return false
        }
        precondition(bytes.starts(with: item))
        precondition(reader.offset == item.count)
        return true
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

    /// What is parsed and written again means the same, and canonical text stays as it is.
    static let json = FuzzTarget(
        name: "json",
        seeds: [
            #"{"a":[1.00,-2e+10,true,false,null],"康":"\u94fe\n\ud83d\ude00"}"#, "[]", "-0.0",
            "\"\"",
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let value = try? JSONValue(parsing: bytes, limits: .request) else { return false }
        let written = value.serialized()
        guard let again = try? JSONValue(parsing: written) else {
            preconditionFailure("what was written does not parse")
        }
        precondition(again == value)
        precondition((try? JSONValue(parsing: value.serialized(pretty: true))) == value)
        guard let canonical = try? JSONCanonical.canonicalize(value) else { return true }
        guard let third = try? JSONValue(parsing: canonical),
            let twice = try? JSONCanonical.canonicalize(third)
        else { preconditionFailure("canonical text does not parse") }
        precondition(canonical == twice)
        return true
    }
}
