/// Texts; places and lengths count characters (FHIRPath §String Manipulation).
extension PathEvaluator {
    mutating func texts(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        if name == .join { return try joined(input, arguments, frame) }
        // `contains` without a text before it and with one item after it is what the grammar reads
        // as a function, too; only texts can contain a text.
        let place = "\(name.rawValue)()"
        guard let subject = try text(input, place) else { return [] }
        try charge(1 + subject.utf8.count / 64)
        switch name {
        case .upper: return [.string(subject.uppercased())]
        case .lower: return [.string(subject.lowercased())]
        case .length: return [.integer(Int64(subject.unicodeScalars.count))]
        case .toChars:
            return subject.unicodeScalars.map { .string(String(Character($0))) }
        case .trim:
            let spaces: (Character) -> Bool = { $0.isWhitespace }
            let start = subject.drop(while: spaces)
            let end = start.reversed().drop(while: spaces)
            return [.string(String(end.reversed()))]
        case .substring: return try substring(of: subject, arguments, frame)
        default: break
        }
        guard let other = try text(arguments, 0, name, frame) else { return [] }
        switch name {
        case .startsWith: return [.boolean(Array(subject.utf8).starts(with: other.utf8))]
        case .endsWith:
            return [.boolean(subject.utf8.reversed().starts(with: other.utf8.reversed()))]
        case .contains:
            return [.boolean(try firstPlace(of: other, in: subject) != nil)]
        case .indexOf: return [.integer(Int64(try firstPlace(of: other, in: subject) ?? -1))]
        case .lastIndexOf:
            let last = try places(of: other, in: subject, mayOverlap: true).last
            return [.integer(Int64(last ?? -1))]
        case .split:
            if other.isEmpty { return [.string(subject)] }
            return try pieces(of: subject, by: other).map { .string($0) }
        default:
            guard let replacement = try text(arguments, 1, name, frame) else { return [] }
            return [.string(try replaced(other, in: subject, by: replacement))]
        }
    }

    private mutating func joined(
        _ input: [PathItem], _ arguments: [Expression], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        let separator = try text(arguments, 0, .join, frame) ?? ""
        var parts: [String] = []
        for item in input { if let part = try text([item], "join()") { parts.append(part) } }
        return [.string(try bounded(parts.joined(separator: separator)))]
    }

    private mutating func substring(
        of subject: String, _ arguments: [Expression], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        guard let start = try integer(arguments, 0, .substring, frame) else { return [] }
        let scalars = subject.unicodeScalars
        guard start >= 0, start < scalars.count else { return [] }
        var rest = scalars.dropFirst(start)
        if let count = try integer(arguments, 1, .substring, frame) {
            rest = rest.prefix(max(0, count))
        }
        return [.string(String(rest))]
    }

    /// A text that is not longer than allowed.
    func bounded(_ text: String) throws(PathError) -> String {
        guard text.utf8.count <= environment.limits.textLength else { throw .limit(.textLength) }
        return text
    }

    // MARK: Finding

    private mutating func firstPlace(of other: String, in subject: String) throws(PathError) -> Int?
    {
        other.isEmpty ? 0 : try places(of: other, in: subject, isFirstOnly: true).first
    }

    /// Where a text stands in another one, in characters from the start.
    private mutating func places(
        of other: String, in subject: String, isFirstOnly: Bool = false, mayOverlap: Bool = false
    ) throws(PathError) -> [Int] {
        let (wanted, text) = (Array(other.unicodeScalars), Array(subject.unicodeScalars))
        guard !wanted.isEmpty, wanted.count <= text.count else { return [] }
        var (found, place): ([Int], Int) = ([], 0)
        while place <= text.count - wanted.count {
            var length = 0
            while length < wanted.count, text[place + length] == wanted[length] { length += 1 }
            try charge(1 + length / 16)
            if length == wanted.count {
                found.append(place)
                if isFirstOnly { return found }
                place += mayOverlap ? 1 : length
            } else {
                place += 1
            }
        }
        return found
    }

    private mutating func pieces(
        of subject: String, by separator: String
    ) throws(PathError) -> [String] {
        let text = Array(subject.unicodeScalars)
        let width = separator.unicodeScalars.count
        var (pieces, start): ([String], Int) = ([], 0)
        for place in try places(of: separator, in: subject) + [text.count] {
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: text[start..<place])
            pieces.append(String(piece))
            start = place + width
        }
        return pieces
    }

    /// Every occurrence replaced; an empty text stands before, between and after all characters.
    private mutating func replaced(
        _ other: String, in subject: String, by replacement: String
    ) throws(PathError) -> String {
        let pieces =
            other.isEmpty
            ? [""] + subject.unicodeScalars.map { String(Character($0)) } + [""]
            : try pieces(of: subject, by: other)
        let growth = pieces.count.multipliedReportingOverflow(by: replacement.utf8.count)
        guard !growth.overflow, growth.partialValue <= environment.limits.textLength else {
            throw .limit(.textLength)
        }
        return try bounded(pieces.joined(separator: replacement))
    }
}
