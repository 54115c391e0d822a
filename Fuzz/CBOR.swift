// Rooms: Encoding
import Base
import Encoding

/// Both readers of CBOR agree, never trap, and what they accept has one encoding.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    var skipped: [UInt8]?
    do throws(CBORError) {
        var reader = try CBORReader(bytes)
        let item = try reader.rawItem()
        try reader.finish()
        skipped = item
    } catch {
        skipped = nil
    }
    do throws(CBORError) {
        let value = try CBORValue(decoding: bytes)
        precondition(value.encoded == bytes, "the value has another encoding")
        precondition(skipped == bytes, "only the value was accepted")
        precondition(!value.diagnosticNotation.isEmpty, "no notation")
        precondition(!value.indentedNotation.isEmpty, "no indented notation")
    } catch {
        precondition(skipped == nil, "only the item was accepted")
    }
    return 0
}
