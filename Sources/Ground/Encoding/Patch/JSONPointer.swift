/// A place in a JSON document (RFC 6901): the names and numbers on the way to it.
package struct JSONPointer: Hashable, Sendable {
    /// Steps of one pointer: as deep as a document may be.
    package static let stepLimit = 512

    /// Unescaped reference tokens; none for the whole document.
    package let steps: [String]

    package init(_ steps: [String]) { self.steps = steps }

    /// Reads `/a/b~1c/0`; nil when the text is no pointer or has too many steps.
    package init?(parsing text: String) {
        guard !text.isEmpty else {
            steps = []
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        var steps: [String] = []
        for part in bytes.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            guard steps.count < Self.stepLimit, let step = Self.unescaped(part) else { return nil }
            steps.append(step)
        }
        self.steps = steps
    }

    /// The pointer as RFC 6901 writes it.
    package var text: String {
        steps.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }

    /// Whether the place lies inside of another one.
    package func isInside(_ other: JSONPointer) -> Bool {
        steps.count > other.steps.count && zip(steps, other.steps).allSatisfy { $0.isSame(as: $1) }
    }

    private static func unescaped(_ part: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// Byte for byte the same, as names in JSON are compared.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// An array's index as RFC 6901 §4 writes it: digits without a leading zero; nil otherwise.
    var arrayIndex: Int? {
        let digits = Array(utf8)
        guard !digits.isEmpty, digits.count <= 9,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            digits.count == 1 || digits[0] != UInt8(ascii: "0")
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
