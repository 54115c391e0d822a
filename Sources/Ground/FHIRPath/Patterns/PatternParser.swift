/// Reads a regular expression by descent.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private(set) var place = 0
    private(set) var groupCount = 0
    private var depth = 0

    /// Groups within groups.
    private static let depthLimit = 50
    /// The most that a repetition may count to.
    private static let countLimit = 100_000

    init(_ text: [Unicode.Scalar]) { self.text = text }

    var isAtEnd: Bool { place == text.count }

    private var next: Unicode.Scalar? { place < text.count ? text[place] : nil }

    private var error: PathError { .pattern(offset: place) }

    private mutating func take(_ wanted: String) -> Bool {
        guard text[place...].starts(with: wanted.unicodeScalars) else { return false }
        place += wanted.unicodeScalars.count
        return true
    }

    mutating func alternatives() throws(PathError) -> Pattern.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw error }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence() throws(PathError) -> Pattern.Node {
        var nodes: [Pattern.Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            nodes.append(try quantified(try atom()))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func quantified(_ node: Pattern.Node) throws(PathError) -> Pattern.Node {
        let bounds: (least: Int, most: Int)
        if take("*") {
            bounds = (0, .max)
        } else if take("+") {
            bounds = (1, .max)
        } else if take("?") {
            bounds = (0, 1)
        } else if let counted = try counted() {
            bounds = counted
        } else {
            return node
        }
        let isGreedy = !take("?")
        // A possessive plus only forbids to give back, which a bounded matcher need not know.
        _ = take("+")
        return .repeated(node, least: bounds.least, most: bounds.most, isGreedy: isGreedy)
    }

    /// `{3}`, `{3,}` or `{3,5}`; a brace that begins none of these is a character.
    private mutating func counted() throws(PathError) -> (least: Int, most: Int)? {
        let start = place
        guard take("{") else { return nil }
        guard let least = try number() else {
            place = start
            return nil
        }
        var most = least
        if take(",") { most = try number() ?? .max }
        guard take("}"), least <= most else { throw error }
        return (least, most)
    }

    private mutating func number() throws(PathError) -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar) {
            value = (value ?? 0) * 10 + Int(scalar.value - 0x30)
            guard value ?? 0 <= Self.countLimit else { throw error }
            place += 1
        }
        return value
    }

    // MARK: Atoms

    private mutating func atom() throws(PathError) -> Pattern.Node {
        guard let scalar = next else { throw error }
        place += 1
        switch scalar {
        case ".": return .one(.init(isNegated: true))
        case "^": return .start
        case "$": return .end
        case "(": return try group()
        case "[": return .one(try characterClass())
        case "\\": return try escaped()
        case "*", "+", "?":
            place -= 1
            throw error
        default: return .one(.init(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func group() throws(PathError) -> Pattern.Node {
        let node: Pattern.Node
        if take("?=") {
            node = .lookahead(try alternatives(), isNegated: false)
        } else if take("?!") {
            node = .lookahead(try alternatives(), isNegated: true)
        } else if take("?:") {
            node = try alternatives()
        } else {
            guard next != "?" else { throw error }
            groupCount += 1
            let number = groupCount
            node = .group(number, try alternatives())
        }
        guard take(")") else { throw error }
        return node
    }

    private mutating func escaped() throws(PathError) -> Pattern.Node {
        if take("b") { return .wordBoundary(isNegated: false) }
        if take("B") { return .wordBoundary(isNegated: true) }
        if take("A") { return .start }
        if take("z") || take("Z") { return .end }
        return .one(try escapedSet())
    }

    /// The characters that an escape stands for, after its backslash.
    private mutating func escapedSet() throws(PathError) -> Pattern.CharacterSet {
        guard let scalar = next else { throw error }
        place += 1
        switch scalar {
        case "d": return Self.digits
        case "D": return .init(isNegated: true, others: [Self.digits])
        case "w": return Self.word
        case "W": return .init(isNegated: true, others: [Self.word])
        case "s": return Self.space
        case "S": return .init(isNegated: true, others: [Self.space])
        case "n": return Self.single(0x0A)
        case "r": return Self.single(0x0D)
        case "t": return Self.single(0x09)
        case "f": return Self.single(0x0C)
        case "u": return Self.single(try hexadecimal(4))
        case "x": return Self.single(try hexadecimal(2))
        default:
            let isWord = Self.word.contains(scalar.value)
            guard !isWord else {
                place -= 1
                throw error
            }
            return Self.single(scalar.value)
        }
    }

    private mutating func hexadecimal(_ count: Int) throws(PathError) -> UInt32 {
        var digits = String.UnicodeScalarView()
        digits.append(contentsOf: text[place...].prefix(count))
        guard digits.count == count, let value = UInt32(String(digits), radix: 16) else {
            throw error
        }
        place += count
        return value
    }

    private static func single(_ value: UInt32) -> Pattern.CharacterSet {
        .init(ranges: [value...value])
    }

    static let digits = Pattern.CharacterSet(ranges: [0x30...0x39])
    static let word = Pattern.CharacterSet(
        ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = Pattern.CharacterSet(ranges: [0x09...0x0D, 0x20...0x20])

    // MARK: Classes

    /// What stands in brackets, after the opening one.
    private mutating func characterClass() throws(PathError) -> Pattern.CharacterSet {
        var set = Pattern.CharacterSet(isNegated: take("^"))
        var isFirst = true
        while isFirst || next != "]" {
            guard next != nil else { throw error }
            isFirst = false
            let low = try classMember(&set)
            guard let low, place + 1 < text.count, next == "-", text[place + 1] != "]" else {
                if let low { set.ranges.append(low...low) }
                continue
            }
            place += 1
            guard let high = try classMember(&set), low <= high else { throw error }
            set.ranges.append(low...high)
        }
        place += 1
        return set
    }

    /// A character; nil for an escape that stands for several, which is added.
    private mutating func classMember(
        _ set: inout Pattern.CharacterSet
    ) throws(PathError) -> UInt32? {
        guard let scalar = next else { throw error }
        place += 1
        guard scalar == "\\" else { return scalar.value }
        let escaped = try escapedSet()
        if escaped.others.isEmpty, escaped.ranges.count == 1, let only = escaped.ranges.first,
            only.count == 1, !escaped.isNegated
        {
            return only.lowerBound
        }
        set.others.append(escaped)
        return nil
    }
}
