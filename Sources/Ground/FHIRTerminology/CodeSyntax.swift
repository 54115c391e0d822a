import FHIRPath

/// Code systems whose codes are known by their form, as they are too many to list.
enum CodeSyntax {
    static let languages = "urn:ietf:bcp:47"
    static let mediaTypes = "urn:ietf:bcp:13"
    static let currencies = "urn:iso:std:iso:4217"
    static let countries = "urn:iso:std:iso:3166"
    static let units = "http://unitsofmeasure.org"

    /// Whether a code has the form of its system; unknown for systems without one.
    static func verdict(_ code: String, in system: String) -> CodeVerdict {
        switch system {
        case languages: isLanguage(code) ? .isIn(display: nil) : .isOut
        case mediaTypes: isMediaType(code) ? .isIn(display: nil) : .isOut
        // Which of the codes of this form are in use is not known here.
        case currencies: isCode(code, lengths: 3...3) ? .unknown : .isOut
        case countries: isCode(code, lengths: 2...3) ? .unknown : .isOut
        // Rare units are not in the table of units.
        case units: CanonicalQuantity(code: code) != nil ? .isIn(display: nil) : .unknown
        default: .unknown
        }
    }

    /// Subtags as RFC 5646 §2.1 writes them; whether they are registered is not checked.
    private static func isLanguage(_ code: String) -> Bool {
        let parts = code.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = parts.first, parts.allSatisfy({ (1...8).contains($0.count) }),
            parts.allSatisfy({ $0.allSatisfy(isAlphanumeric) })
        else { return false }
        let isPrivate = first.count == 1 && "xXiI".utf8.contains(first.first ?? 0)
        return (2...8).contains(first.count) && first.allSatisfy(isLetter)
            || isPrivate && parts.count > 1
    }

    /// `type/subtype` with parameters (RFC 2045 §5.1).
    private static func isMediaType(_ code: String) -> Bool {
        let parts = code.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        let names = parts[0].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isType = names.allSatisfy { !$0.isEmpty && $0.allSatisfy(isToken) }
        // Short names such as `xml` and `json` are older than media types and still in use.
        return isType && names.count <= 2
            && parts.dropFirst().allSatisfy { $0.contains(UInt8(ascii: "=")) }
    }

    /// Capitals, or for countries three digits (ISO 4217, ISO 3166-1).
    private static func isCode(_ code: String, lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(code.utf8.count)
            && (code.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
                || code.utf8.count == 3 && code.utf8.allSatisfy { (0x30...0x39).contains($0) })
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$&-^_.+*%'`|~".utf8.contains(byte)
    }
}
