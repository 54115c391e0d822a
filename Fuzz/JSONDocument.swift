// Rooms: Encoding
import Base
import Encoding

/// A JSON text that is accepted is UTF-8, and each of its elements parses again to the same value.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    do throws(JSONError) {
        let document = try JSONDocument(parsing: bytes)
        precondition(document.bytes == bytes, "the bytes changed")
        precondition(String(validating: bytes, as: UTF8.self) != nil, "accepted what is not UTF-8")
        check(document.root)
        let value = document.root.value
        for pretty in [false, true] {
            let again = try? JSONValue(parsing: value.serialized(pretty: pretty))
            precondition(again == value, "written and read, the value changed")
        }
    } catch {
        precondition((0...count).contains(error.offset), "the error is outside of the text")
        _ = error.refusal(in: bytes)
    }
    return 0
}

private func check(_ element: JSONElement) {
    var inner = 0
    for child in element.elements {
        check(child)
        inner += 1
    }
    for member in element.members {
        precondition(
            element[member.key]?.byteRange == member.value.byteRange, "lookup finds another member")
        check(member.value)
        inner += 1
    }
    precondition(inner == element.count, "the count is wrong")
    guard inner == 0 else { return }
    let again = try? JSONValue(parsing: element.rawBytes)
    precondition(again == element.value, "the element's bytes are another value")
}
