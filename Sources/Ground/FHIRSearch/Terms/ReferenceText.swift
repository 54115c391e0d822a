import Base

/// What the text of a reference leads to.
enum ReferenceText {
    case resource(ResourceName, version: String?)
    case external(String, version: String?)
    /// Something inside of the same resource, such as `#1`.
    case contained

    /// Reads a relative reference, an absolute one to this server or elsewhere, or a canonical URL.
    ///
    /// - Parameter base: where this server's resources are, without a slash at the end; empty when
    ///   absolute references never lead here.
    init(_ text: String, base: String, isType: (String) -> Bool) {
        if text.utf8.first == UInt8(ascii: "#") {
            self = .contained
            return
        }
        var local = text[...]
        if !base.isEmpty, text.hasPrefix(base), text.utf8.dropFirst(base.utf8.count).first == 0x2F {
            local = text.dropFirst(base.count + 1)
        }
        if let (name, version) = Self.name(local, isType: isType) {
            self = .resource(name, version: version)
            return
        }
        let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let version = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
        self = .external(parts.first.map { String($0) } ?? text, version: version)
    }

    /// `Type/id` or `Type/id/_history/version`; nil for other text.
    private static func name(
        _ text: Substring, isType: (String) -> Bool
    ) -> (ResourceName, version: String?)? {
        let parts = text.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 4 && parts[2] == "_history",
            isID(parts[1]), parts.count == 2 || isID(parts[3]), isType(String(parts[0]))
        else { return nil }
        let name = ResourceName(type: String(parts[0]), id: String(parts[1]))
        return (name, parts.count == 4 ? String(parts[3]) : nil)
    }

    /// Whether a text can be the logical id of a resource.
    static func isID(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
                default: false
                }
            }
    }
}
