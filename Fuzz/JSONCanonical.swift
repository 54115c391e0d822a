// Rooms: Encoding
import Base
import Encoding

/// Canonical JSON is JSON, and canonical already.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    if count >= 8 {
        let bits = bytes[..<8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        if let text = JSONCanonical.number(bits), let double = Double(text) {
            precondition(
                double.bitPattern == bits || double == 0 && bits << 1 == 0, "the number changed")
        } else {
            precondition(!Double(bitPattern: bits).isFinite, "a finite number has no text")
        }
    }
    do throws(JSONError) {
        let canonical = try JSONCanonical.canonicalize(JSONValue(parsing: bytes))
        let again = try JSONCanonical.canonicalize(JSONValue(parsing: canonical))
        precondition(again == canonical, "the canonical text is not canonical")
    } catch {}
    return 0
}
