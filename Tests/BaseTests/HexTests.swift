import Base
import Testing

@Suite("Hexadecimal")
struct HexTests {
    // RFC 4648 §10.
    @Test(
        "matches RFC 4648",
        arguments: [
            ("", ""), ("f", "66"), ("fo", "666f"), ("foo", "666f6f"), ("foobar", "666f6f626172"),
        ])
    func standard(text: String, encoded: String) {
        #expect(Hex.encode(Array(text.utf8)) == encoded)
        #expect(Hex.decode(encoded) == Array(text.utf8))
    }

    @Test("reads both cases of every byte and writes the lower")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            let encoded = Hex.encode([byte])
            #expect(encoded.count == 2)
            #expect(encoded == encoded.lowercased())
            #expect(Hex.decode(encoded) == [byte])
            #expect(Hex.decode(encoded.uppercased()) == [byte])
        }
    }

    @Test("reads no other character in either place")
    func everyCharacter() {
        for scalar in UInt8(0)..<128 {
            let character = Character(UnicodeScalar(scalar))
            let isDigit = character.isHexDigit
            #expect((Hex.decode("\(character)0") != nil) == isDigit, "\(scalar)")
            #expect((Hex.decode("0\(character)") != nil) == isDigit, "\(scalar)")
        }
    }

    @Test(
        "refuses odd counts, blanks, prefixes and foreign digits",
        arguments: ["a", "abc", "ab ", " ab", "a b", "0x12", "１２", "٠١", "ab\n", "-1", "+1"])
    func refused(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}
