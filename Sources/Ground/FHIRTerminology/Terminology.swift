package import FHIRDefinitions

/// Answers what codes mean and to which value sets they belong, from the definitions alone.
///
/// Code systems that the definitions do not hold, such as SNOMED CT and LOINC, give `unknown`,
/// never "out".
package struct Terminology: Sendable {
    /// Value sets within value sets.
    package static let depthLimit = 16

    private let systems: [String: CodeDirectory]
    private let valueSets: [String: ValueSetDefinition]

    package init(_ table: DefinitionTable) {
        systems = Dictionary(
            table.codeSystems.map { ($0.url, CodeDirectory($0)) }
        ) { first, _ in first }
        valueSets = Dictionary(table.valueSets.map { ($0.url, $0) }) { first, _ in first }
    }

    /// A value set by its canonical URL, with a version or without.
    package func valueSet(_ url: String) -> ValueSetDefinition? {
        valueSets[Self.withoutVersion(url)]
    }

    /// A code system by its canonical URL, with a version or without.
    package func codeSystem(_ url: String) -> CodeSystemDefinition? { directory(url)?.system }

    private func directory(_ url: String) -> CodeDirectory? { systems[Self.withoutVersion(url)] }

    private static func withoutVersion(_ url: String) -> String {
        url.utf8.firstIndex(of: UInt8(ascii: "|")).map { String(url[..<$0]) } ?? url
    }

    // MARK: Concepts

    /// A concept by its code; nil when the system or the code is not known here.
    package func lookup(system: String, code: String) -> CodeSystemDefinition.Concept? {
        directory(system)?.concept(code)
    }

    /// Whether a code is one of a code system.
    package func validate(code: String, system: String) -> CodeVerdict {
        guard let directory = directory(system) else {
            return CodeSyntax.verdict(code, in: system)
        }
        if let concept = directory.concept(code) { return .isIn(display: concept.display) }
        return directory.system.content == .complete ? .isOut : .unknown
    }

    /// How one concept stands to another of its system; nil when one of them is not known here.
    package func subsumes(system: String, _ first: String, _ second: String) -> Subsumption? {
        guard let directory = directory(system), let first = directory.place(first),
            let second = directory.place(second)
        else { return nil }
        if first == second { return .equivalent }
        if directory.is(second, below: first) { return .subsumes }
        return directory.is(first, below: second) ? .isSubsumed : .isNotSubsumed
    }

    // MARK: Value sets

    /// Whether a code belongs to a value set; without a system, that of the value set is taken.
    package func validate(code: String, system: String?, in valueSet: String) -> CodeVerdict {
        validate(code, system.map(Self.withoutVersion), in: valueSet, depth: 0)
    }

    private func validate(
        _ code: String, _ system: String?, in url: String, depth: Int
    ) -> CodeVerdict {
        guard depth < Self.depthLimit, let valueSet = valueSet(url) else { return .unknown }
        var verdict = CodeVerdict.isOut
        for part in valueSet.includes {
            let answer = self.verdict(code, system, part, depth: depth)
            if answer != .isOut { verdict = answer }
            if case .isIn = answer { break }
        }
        guard verdict != .isOut else { return .isOut }
        for part in valueSet.excludes {
            switch self.verdict(code, system, part, depth: depth) {
            case .isIn: return .isOut
            case .unknown: verdict = .unknown
            case .isOut: break
            }
        }
        return verdict
    }

    private func verdict(
        _ code: String, _ system: String?, _ part: ValueSetDefinition.Part, depth: Int
    ) -> CodeVerdict {
        var verdict: CodeVerdict?
        if let own = part.system {
            let isOther = system.map { $0 != Self.withoutVersion(own) } ?? false
            verdict = isOther ? .isOut : self.verdict(code, of: own, part)
        }
        for inner in part.valueSets where verdict != .isOut {
            let answer = validate(code, system, in: inner, depth: depth + 1)
            verdict = verdict.map { $0.and(answer) } ?? answer
        }
        return verdict ?? .isOut
    }

    private func verdict(
        _ code: String, of system: String, _ part: ValueSetDefinition.Part
    ) -> CodeVerdict {
        let directory = directory(system)
        guard part.concepts.isEmpty else {
            let isCaseSensitive = directory?.system.isCaseSensitive ?? true
            let found = part.concepts.first {
                $0.code == code || !isCaseSensitive && $0.code.lowercased() == code.lowercased()
            }
            guard let found else { return .isOut }
            return .isIn(display: found.display ?? directory?.concept(code)?.display)
        }
        guard part.filters.isEmpty else {
            guard let directory, directory.system.content == .complete else { return .unknown }
            guard let place = directory.place(code) else { return .isOut }
            return part.filters.reduce(.isIn(display: directory.system.concepts[place].display)) {
                $0.and(directory.verdict(place, on: $1))
            }
        }
        return validate(code: code, system: system)
    }

    // MARK: Expansion

    /// The codes of a value set, in the order of its definition, from an offset on.
    ///
    /// With a filter only those whose code or words hold it, in either case of letters.
    package func expand(
        _ url: String, filter: String? = nil, offset: Int = 0, count: Int = .max
    ) throws(TerminologyError) -> ExpansionPage {
        var codes = try self.codes(of: url, depth: 0)
        if let filter = filter?.lowercased(), !filter.isEmpty {
            codes.removeAll {
                !$0.code.lowercased().contains(filter)
                    && $0.display?.lowercased().contains(filter) != true
            }
        }
        let rest = codes.dropFirst(max(0, offset)).prefix(max(0, count))
        return ExpansionPage(total: codes.count, codes: Array(rest))
    }

    private func codes(of url: String, depth: Int) throws(TerminologyError) -> [ExpandedCode] {
        guard depth < Self.depthLimit else { throw .tooDeep }
        guard let valueSet = valueSet(url) else { throw .unknownValueSet(url) }
        var (codes, seen): ([ExpandedCode], Set<[String]>) = ([], [])
        for part in valueSet.includes {
            for code in try self.codes(of: part, depth: depth)
            where seen.insert([code.system, code.code]).inserted {
                codes.append(code)
            }
        }
        return codes.filter { code in
            valueSet.excludes.allSatisfy {
                verdict(code.code, code.system, $0, depth: depth).truth != true
            }
        }
    }

    private func codes(
        of part: ValueSetDefinition.Part, depth: Int
    ) throws(TerminologyError) -> [ExpandedCode] {
        guard let system = part.system else {
            guard let first = part.valueSets.first else { return [] }
            return try codes(of: first, depth: depth + 1).filter { code in
                part.valueSets.dropFirst().allSatisfy {
                    validate(code.code, code.system, in: $0, depth: depth + 1).truth == true
                }
            }
        }
        let directory = directory(system)
        guard part.concepts.isEmpty else {
            return part.concepts.map {
                ExpandedCode(
                    system: system, code: $0.code,
                    display: $0.display ?? directory?.concept($0.code)?.display, isAbstract: false)
            }
        }
        guard let directory, directory.system.content == .complete else {
            throw .notEnumerable(system: system)
        }
        var codes: [ExpandedCode] = []
        for (place, concept) in directory.system.concepts.enumerated() {
            let verdict = part.filters.reduce(CodeVerdict.isIn(display: nil)) {
                $0.and(directory.verdict(place, on: $1))
            }
            guard let isIn = verdict.truth else { throw .notEnumerable(system: system) }
            guard isIn else { continue }
            codes.append(
                ExpandedCode(
                    system: system, code: concept.code, display: concept.display,
                    isAbstract: concept.isAbstract))
        }
        return codes
    }
}
