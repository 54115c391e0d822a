import Base
import FHIRDefinitions

/// Parameters with a modifier behind their name.
extension QueryParser {
    func modified(
        _ found: FoundParameter, _ kind: TermKind, _ modifier: String, _ value: String
    ) throws(SearchError) -> SearchCriterion {
        let texts = alternatives(value)
        func suffixed(_ suffix: String) -> [String] { found.keys.map { $0 + suffix } }
        switch (found.kind, modifier) {
        case (.string, "exact"), (.string, "contains"):
            let form: TextTest = modifier == "exact" ? .exactly : .contains
            return .some(
                keys: found.keys, kind,
                try each(texts) { value throws(SearchError) in try text(value, form) })
        case (.token, "text"):
            return .some(
                keys: suffixed(":text"), .text,
                try each(texts) { value throws(SearchError) in try text(value, .starts) })
        case (.token, "not"):
            return .none(keys: found.keys, kind, try tests(found, value))
        case (.token, "of-type"):
            return .some(
                keys: suffixed(":of-type"), kind, try each(rawAlternatives(value), ofType))
        case (.token, "in"), (.token, "not-in"):
            var codes: [SearchTerminology.Code] = []
            for url in texts { codes += try expanded(found, terminology.expand(url)) }
            let tests = try bounded(codes)
            return modifier == "in"
                ? .some(keys: found.keys, kind, tests) : .none(keys: found.keys, kind, tests)
        case (.token, "above"), (.token, "below"):
            var codes: [SearchTerminology.Code] = []
            for case .token(let system, let code?) in try tests(found, value) {
                guard case .exactly(let name) = system else {
                    throw .value(parameter: found.code, .token)
                }
                let start = SearchTerminology.Code(system: name, code: code)
                codes += try expanded(
                    found,
                    modifier == "above" ? terminology.above(start) : terminology.below(start))
            }
            return .some(keys: found.keys, kind, try bounded(codes))
        case (.uri, "below"):
            return .some(
                keys: found.keys, kind,
                try each(texts) { value throws(SearchError) in .below(try term(value)) })
        case (.uri, "above"):
            var tests: [TermTest] = []
            for text in texts {
                for uri in Self.ancestors(of: try term(text)) {
                    tests.append(.token(system: .any, code: uri))
                }
            }
            return .some(keys: found.keys, kind, tests)
        case (.reference, "identifier"):
            var tests: [TermTest] = []
            for text in rawAlternatives(value) {
                tests.append(try test(text, .token, targets: [], parameter: found.code))
            }
            return .some(keys: suffixed(":identifier"), .token, tests)
        case (.reference, _) where lookup.isResourceType(modifier):
            var tests: [TermTest] = []
            for text in rawAlternatives(value) {
                tests.append(
                    try test(text, .reference, targets: [modifier], parameter: found.code))
            }
            return .some(keys: found.keys, kind, tests)
        default:
            throw .modifier(parameter: found.code, modifier: modifier)
        }
    }

    private func each(
        _ values: [String], _ read: (String) throws(SearchError) -> TermTest
    ) throws(SearchError) -> [TermTest] {
        var tests: [TermTest] = []
        for value in values { tests.append(try read(value)) }
        return tests
    }

    private func tests(_ found: FoundParameter, _ value: String) throws(SearchError) -> [TermTest] {
        var tests: [TermTest] = []
        for text in rawAlternatives(value) {
            tests.append(
                try test(text, found.kind, targets: found.targets, parameter: found.code))
        }
        return tests
    }

    private func expanded(
        _ found: FoundParameter, _ codes: [SearchTerminology.Code]?
    ) throws(SearchError) -> [SearchTerminology.Code] {
        guard let codes else { throw .valueSet(parameter: found.code) }
        return codes
    }

    private func bounded(_ codes: [SearchTerminology.Code]) throws(SearchError) -> [TermTest] {
        guard codes.count <= limits.expansion else {
            throw .limit(.expansion, maximum: limits.expansion)
        }
        return codes.map {
            .token(system: $0.system.map { .exactly($0) } ?? .any, code: $0.code)
        }
    }

    /// `system|code|value`: an identifier whose type has the code.
    private func ofType(_ raw: String) throws(SearchError) -> TermTest {
        let parts = SearchText.split(raw, at: "|").map { SearchText.unescaped($0) }
        guard parts.count == 3, !parts[1].isEmpty, !parts[2].isEmpty else {
            throw .value(parameter: "of-type", .identifier)
        }
        return .token(
            system: parts[0].isEmpty ? .any : .exactly(parts[0]),
            code: try term("\(parts[1])|\(parts[2])"))
    }

    /// A URL and those that lie above it, down to its host.
    private static func ancestors(of url: String) -> [String] {
        let parts = url.split(separator: "/", omittingEmptySubsequences: false)
        let first = parts.count > 2 && parts[1].isEmpty ? 3 : 1
        guard parts.count >= first else { return [url] }
        return (first...parts.count).flatMap { count in
            let text = parts.prefix(count).joined(separator: "/")
            return count < parts.count ? [text, text + "/"] : [text]
        }
    }
}
