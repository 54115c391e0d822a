import FHIRDefinitions

/// An extraction expression that only walks: names, casts, and the few filters that FHIR's search
/// parameters use.
///
/// Nearly all expressions are of this form; ``TermExtractor`` leaves the others to FHIRPath.
struct PlainPath {
    /// Where a walk has come to.
    struct Place: Hashable {
        var hops: [Hop]
        let type: String
        /// Where the elements inside are defined.
        let contentPath: String
        /// The value set of a coded element, with its version.
        let valueSet: String?
    }

    /// One step in JSON: a member, and which of its elements count.
    struct Hop: Hashable {
        let name: String
        var filter: Filter?
    }

    /// Which elements count.
    enum Filter: Hashable {
        case first
        case member(String, equals: String)
        case leadsTo(String)
        case `extension`(url: String)
    }

    /// All places that the expression comes to from values of a type on; nil when it does more than
    /// walk.
    static func places(
        _ expression: String, from start: Place, table: DefinitionTable
    ) -> [Place]? {
        var found: [Place] = []
        for branch in split(expression, at: "|") {
            guard let places = branchPlaces(branch, from: start, table) else { return nil }
            found += places
        }
        return found
    }

    private static func branchPlaces(
        _ branch: String, from start: Place, _ table: DefinitionTable
    ) -> [Place]? {
        var segments = split(unwrapped(branch), at: ".")
        guard let first = segments.first else { return nil }
        if table.type(first)?.kind == .resource {
            // An expression names a branch for each of its types; those of others find nothing.
            guard table.isType(start.type, kindOf: first) else { return [] }
            segments.removeFirst()
        }
        var places = [start]
        for segment in segments {
            guard let next = step(segment, places, table) else { return nil }
            places = next
        }
        return places
    }

    private static func step(
        _ segment: String, _ places: [Place], _ table: DefinitionTable
    ) -> [Place]? {
        if let argument = argument(of: "as", segment) ?? argument(of: "ofType", segment) {
            return places.filter { $0.type.lowercased() == argument.lowercased() }
        }
        if let argument = argument(of: "where", segment) {
            guard let filter = filter(argument) else { return nil }
            return filtered(places, filter)
        }
        if let argument = argument(of: "extension", segment) {
            guard let url = quoted(argument) else { return nil }
            return filtered(named("extension", places, table), .extension(url: url))
        }
        if segment.hasSuffix("[0]") {
            return filtered(named(String(segment.dropLast(3)), places, table), .first)
        }
        guard segment.utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) })
        else { return nil }
        return named(segment, places, table)
    }

    private static func named(
        _ name: String, _ places: [Place], _ table: DefinitionTable
    ) -> [Place] {
        places.flatMap { place in
            (table.container(place.contentPath)?.member(named: name) ?? []).map { member in
                let reference = member.element.contentReference
                return Place(
                    hops: place.hops + [Hop(name: member.jsonName)],
                    type: reference.map { table.contentType(of: $0) } ?? member.type,
                    contentPath: table.contentPath(of: member),
                    valueSet: member.element.binding?.valueSet)
            }
        }
    }

    private static func filtered(_ places: [Place], _ filter: Filter) -> [Place]? {
        var places = places
        for index in places.indices {
            guard let last = places[index].hops.indices.last,
                places[index].hops[last].filter == nil
            else { return nil }
            places[index].hops[last].filter = filter
        }
        return places
    }

    private static func filter(_ argument: String) -> Filter? {
        if argument.hasPrefix("resolve() is ") {
            return .leadsTo(String(argument.dropFirst("resolve() is ".count)))
        }
        let sides = argument.split(separator: "=").map { trimmed(String($0)) }
        guard sides.count == 2, let value = quoted(sides[1]),
            sides[0].utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) })
        else { return nil }
        return .member(sides[0], equals: value)
    }

    // MARK: Text

    /// `(a.b as Type).c` becomes `a.b.as(Type).c`; white space around goes.
    private static func unwrapped(_ branch: String) -> String {
        let text = trimmed(branch)
        guard text.hasPrefix("("), let close = text.firstIndex(of: ")") else { return text }
        let inner = text[text.index(after: text.startIndex)..<close]
        let rest = text[text.index(after: close)...]
        let words = inner.split(separator: " ")
        guard words.count == 3, words[1] == "as" else { return text }
        return "\(words[0]).as(\(words[2]))\(rest)"
    }

    private static func argument(of function: String, _ segment: String) -> String? {
        guard segment.hasPrefix(function + "("), segment.hasSuffix(")") else { return nil }
        return String(segment.dropFirst(function.count + 1).dropLast())
    }

    private static func quoted(_ text: String) -> String? {
        guard text.count >= 2, text.first == "'", text.last == "'",
            !text.dropFirst().dropLast().contains(where: { $0 == "'" || $0 == "\\" })
        else { return nil }
        return String(text.dropFirst().dropLast())
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// The parts between separators outside of parentheses and quotes.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var (parts, depth, isQuoted) = ([""], 0, false)
        for character in text {
            if character == "'" { isQuoted.toggle() }
            if !isQuoted, character == "(" { depth += 1 }
            if !isQuoted, character == ")" { depth -= 1 }
            if character == separator, depth == 0, !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}
