/// A regular expression, read into a tree.
///
/// The syntax is what FHIR's own expressions use of Perl's: classes, groups, alternatives,
/// repetition, anchors and lookahead. There are no references back.
struct Pattern: Sendable {
    indirect enum Node: Sendable {
        /// Any of these characters, one of them.
        case one(CharacterSet)
        case sequence([Node])
        case either([Node])
        /// Repeated; as often as possible when `isGreedy`, else as seldom.
        case repeated(Node, least: Int, most: Int, isGreedy: Bool)
        /// A group whose text can be used in a replacement.
        case group(Int, Node)
        case start
        case end
        case wordBoundary(isNegated: Bool)
        case lookahead(Node, isNegated: Bool)
    }

    /// Ranges of characters, or all others.
    struct CharacterSet: Sendable {
        var ranges: [ClosedRange<UInt32>] = []
        var isNegated = false
        var others: [CharacterSet] = []

        func contains(_ scalar: UInt32) -> Bool {
            let isIn =
                ranges.contains { $0.contains(scalar) }
                || others.contains { $0.contains(scalar) }
            return isIn != isNegated
        }
    }

    let root: Node
    let groupCount: Int

    /// The longest pattern that is read, in characters.
    private static let lengthLimit = 4096

    /// - Throws: ``PathError/pattern(offset:)`` for what is not understood.
    init(_ text: String) throws(PathError) {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= Self.lengthLimit else { throw .pattern(offset: Self.lengthLimit) }
        var parser = PatternParser(scalars)
        root = try parser.alternatives()
        guard parser.isAtEnd else { throw .pattern(offset: parser.place) }
        groupCount = parser.groupCount
    }
}
