import Base
import Testing

@Suite("Base64")
struct Base64Tests {
    // RFC 4648 §10; the last two show the characters that differ from the form for URLs.
    @Test(
        "matches RFC 4648",
        arguments: [
            ([], ""),
            ([0x66], "Zg=="),
            ([0x66, 0x6f], "Zm8="),
            ([0x66, 0x6f, 0x6f], "Zm9v"),
            ([0x66, 0x6f, 0x6f, 0x62], "Zm9vYg=="),
            ([0x66, 0x6f, 0x6f, 0x62, 0x61], "Zm9vYmE="),
            ([0x66, 0x6f, 0x6f, 0x62, 0x61, 0x72], "Zm9vYmFy"),
            ([0xfb, 0xff], "+/8="),
            ([0xff, 0xfe, 0xbe], "//6+"),
        ] as [([UInt8], String)])
    func standard(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
    }

    @Test("returns every sequence of bytes", arguments: [UInt64(1), 2, 3])
    func roundTrip(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        for count in 0..<200 {
            let bytes = random.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes, "\(count) bytes")
        }
    }

    @Test("reads bytes from one text only")
    func oneForm() {
        var accepted = 0
        for first in UInt8(0)..<128 {
            for second in UInt8(0)..<128 {
                let pair = String(decoding: [first, second], as: UTF8.self)
                for text in ["\(pair)==", "Zm9v\(pair)==", "Zm\(pair)"] {
                    guard let bytes = Base64.decode(text) else { continue }
                    accepted += 1
                    #expect(Base64.encode(bytes) == text)
                }
            }
        }
        // One byte: 64 · 4 texts, twice. Behind "Zm": any of 64 · 64, or 16 and a padding.
        #expect(accepted == 2 * 256 + 4096 + 16 + 0)
    }

    @Test(
        "refuses missing padding, the other alphabet, blanks and impossible counts",
        arguments: [
            "Zg", "Zg=", "Zm8", "=", "==", "====", "Z===", "-_8=", "Zm9vY", "Zm9v ", "Zm 9v===",
            "Zm9v\n", "Zm9\0", "Ｚｇ==", "Zh==", "Zm9=", "Zg==Zg==", "Z=g=", "Zm9v====",
        ])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
