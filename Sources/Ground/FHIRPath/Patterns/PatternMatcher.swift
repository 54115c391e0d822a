/// Matches a pattern by trying, with a limit on the tries: no text can make it run away.
struct PatternMatcher {
    /// Tries of one match; each looks at one character or node.
    static let stepLimit = 1_000_000
    /// Repetitions and groups that are open at once: matching recurses.
    private static let depthLimit = 2000

    private let text: [UInt32]
    private let pattern: Pattern
    private(set) var steps = 0
    private var depth = 0
    /// Where each group's text lies.
    private(set) var groups: [Range<Int>?]

    init(_ pattern: Pattern, _ text: String) {
        self.pattern = pattern
        self.text = text.unicodeScalars.map(\.value)
        groups = Array(repeating: nil, count: pattern.groupCount + 1)
    }

    var count: Int { text.count }

    func text(_ range: Range<Int>) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text[range].compactMap { Unicode.Scalar($0) })
        return String(scalars)
    }

    /// The end of the match that begins at a place; nil when none does.
    mutating func match(at start: Int, mustEnd: Bool = false) throws(PathError) -> Int? {
        groups = Array(repeating: nil, count: pattern.groupCount + 1)
        var end: Int?
        let count = text.count
        let found = try match(pattern.root, start) { _, place throws(PathError) in
            guard !mustEnd || place == count else { return false }
            end = place
            return true
        }
        return found ? end : nil
    }

    // MARK: Nodes

    private typealias Next = (inout PatternMatcher, Int) throws(PathError) -> Bool

    private mutating func match(
        _ node: Pattern.Node, _ place: Int, _ next: Next
    ) throws(PathError) -> Bool {
        steps += 1
        guard steps <= Self.stepLimit else { throw .limit(.steps) }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw .limit(.depth) }
        switch node {
        case .one(let set):
            return place < text.count && set.contains(text[place])
                ? try next(&self, place + 1)
                : false
        case .start: return place == 0 ? try next(&self, place) : false
        case .end: return place == text.count ? try next(&self, place) : false
        case .wordBoundary(let isNegated):
            return (isWord(place - 1) != isWord(place)) != isNegated
                ? try next(&self, place)
                : false
        case .sequence(let nodes): return try match(nodes[...], place, next)
        case .either(let branches):
            for branch in branches where try match(branch, place, next) { return true }
            return false
        case .group(let number, let inner):
            let before = groups[number]
            let found = try match(inner, place) { matcher, end throws(PathError) in
                let previous = matcher.groups[number]
                matcher.groups[number] = place..<end
                if try next(&matcher, end) { return true }
                matcher.groups[number] = previous
                return false
            }
            if !found { groups[number] = before }
            return found
        case .lookahead(let inner, let isNegated):
            let found = try match(inner, place) { _, _ throws(PathError) in true }
            return found != isNegated ? try next(&self, place) : false
        case .repeated(let inner, let least, let most, let isGreedy):
            if case .one(let set) = inner {
                return try matchRun(set, place, least, most, isGreedy, next)
            }
            return try matchRepeated(inner, place, least, most, isGreedy, next)
        }
    }

    private mutating func match(
        _ nodes: ArraySlice<Pattern.Node>, _ place: Int, _ next: Next
    ) throws(PathError) -> Bool {
        guard let first = nodes.first else { return try next(&self, place) }
        let rest = nodes.dropFirst()
        return try match(first, place) { matcher, place throws(PathError) in
            try matcher.match(rest, place, next)
        }
    }

    /// Repeated single characters need no recursion.
    private mutating func matchRun(
        _ set: Pattern.CharacterSet, _ place: Int, _ least: Int, _ most: Int, _ isGreedy: Bool,
        _ next: Next
    ) throws(PathError) -> Bool {
        let limit = most < text.count - place ? place + most : text.count
        var end = place
        while end < limit, set.contains(text[end]) { end += 1 }
        steps += end - place
        guard steps <= Self.stepLimit else { throw .limit(.steps) }
        guard end - place >= least else { return false }
        let ends = place + least...end
        if isGreedy {
            for end in ends.reversed() where try step(next, end) { return true }
        } else {
            for end in ends where try step(next, end) { return true }
        }
        return false
    }

    private mutating func step(_ next: Next, _ place: Int) throws(PathError) -> Bool {
        steps += 1
        guard steps <= Self.stepLimit else { throw .limit(.steps) }
        return try next(&self, place)
    }

    private mutating func matchRepeated(
        _ inner: Pattern.Node, _ place: Int, _ least: Int, _ most: Int, _ isGreedy: Bool,
        _ next: Next
    ) throws(PathError) -> Bool {
        if least == 0, !isGreedy, try next(&self, place) { return true }
        if most > 0 {
            let more = try match(inner, place) { matcher, end throws(PathError) in
                // A repetition that took nothing would go on for ever.
                guard end > place || least > 0 else { return false }
                return try matcher.matchRepeated(
                    inner, end, max(0, least - 1), most == .max ? most : most - 1, isGreedy, next)
            }
            if more { return true }
        }
        return least == 0 && isGreedy ? try next(&self, place) : false
    }

    private func isWord(_ place: Int) -> Bool {
        text.indices.contains(place) && PatternParser.word.contains(text[place])
    }
}
