/// Regular expressions in expressions; the point also stands for line ends (FHIRPath §matches).
extension PathEvaluator {
    mutating func patterns(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        let subject = try text(input, "\(name.rawValue)()")
        let regex = try text(arguments, 0, name, frame)
        let substitution = try text(arguments, 1, name, frame)
        guard let subject, let regex else { return [] }
        let pattern = try Pattern(regex)
        var matcher = PatternMatcher(pattern, subject)
        switch name {
        case .matchesFull:
            let isMatch = try matcher.match(at: 0, mustEnd: true) != nil
            try charge(matcher.steps)
            return [.boolean(isMatch)]
        case .matches:
            var isMatch = false
            for start in 0...matcher.count where try matcher.match(at: start) != nil {
                isMatch = true
                break
            }
            try charge(matcher.steps)
            return [.boolean(isMatch)]
        default:
            guard let substitution else { return [] }
            // An empty pattern would match everywhere; HL7's tests leave the text alone.
            if regex.isEmpty { return [.string(subject)] }
            let result = try replaced(&matcher, by: Array(substitution.unicodeScalars))
            try charge(matcher.steps)
            return [.string(result)]
        }
    }

    /// Every match replaced; `$1` in the substitution stands for the text of the first group.
    private func replaced(
        _ matcher: inout PatternMatcher, by substitution: [Unicode.Scalar]
    ) throws(PathError) -> String {
        var (result, place, copied) = ("", 0, 0)
        while place <= matcher.count {
            guard let end = try matcher.match(at: place) else {
                place += 1
                continue
            }
            result += matcher.text(copied..<place) + expand(substitution, matcher)
            result = try bounded(result)
            copied = end
            place = end > place ? end : place + 1
        }
        return try bounded(result + matcher.text(copied..<matcher.count))
    }

    private func expand(_ substitution: [Unicode.Scalar], _ matcher: PatternMatcher) -> String {
        var result = String.UnicodeScalarView()
        var place = 0
        while place < substitution.count {
            let scalar = substitution[place]
            place += 1
            guard scalar == "$" || scalar == "\\", place < substitution.count else {
                result.append(scalar)
                continue
            }
            let after = substitution[place]
            if scalar == "$", let number = Int(String(Character(after))),
                matcher.groups.indices.contains(number)
            {
                result.append(
                    contentsOf: matcher.groups[number].map { matcher.text($0).unicodeScalars }
                        ?? String.UnicodeScalarView())
                place += 1
            } else if scalar == "\\" {
                result.append(after)
                place += 1
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
