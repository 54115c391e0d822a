/// Whether a code belongs to a code system or value set.
package enum CodeVerdict: Hashable, Sendable {
    /// It does; with its words, where they are known.
    case isIn(display: String?)
    case isOut
    /// It cannot be said here, as with code systems that the definitions do not hold.
    case unknown

    /// True, false, or nil when it cannot be said.
    package var truth: Bool? {
        switch self {
        case .isIn: true
        case .isOut: false
        case .unknown: nil
        }
    }

    /// The verdict when two conditions must hold together.
    func and(_ other: CodeVerdict) -> CodeVerdict {
        switch (self, other) {
        case (.isOut, _), (_, .isOut): .isOut
        case (.unknown, _), (_, .unknown): .unknown
        case (.isIn(let mine), .isIn(let theirs)): .isIn(display: mine ?? theirs)
        }
    }
}

/// How two concepts of a code system stand to each other.
package enum Subsumption: String, Hashable, Sendable {
    case equivalent, subsumes
    case isSubsumed = "subsumed-by"
    case isNotSubsumed = "not-subsumed"
}

/// A code of an expanded value set.
package struct ExpandedCode: Hashable, Sendable {
    package let system: String
    package let code: String
    package let display: String?
    /// True when it only groups others.
    package let isAbstract: Bool
}

/// A part of an expanded value set.
package struct ExpansionPage: Hashable, Sendable {
    /// All codes that fit, on this page or not.
    package let total: Int
    package let codes: [ExpandedCode]
}
