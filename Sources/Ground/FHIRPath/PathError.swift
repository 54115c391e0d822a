/// Why an expression cannot be read or has no value.
package enum PathError: Error, Hashable, Sendable {
    /// The text is no expression; the offset counts bytes.
    case syntax(offset: Int, expected: String)
    /// A function that does not exist.
    case unknownFunction(String)
    /// A function was given too many or too few arguments.
    case argumentCount(function: String)
    /// A type that neither FHIRPath nor the definitions know.
    case unknownType(String)
    /// An element that no value here can have.
    case unknownElement(String)
    /// A `%` variable that has no value.
    case unknownVariable(String)
    /// Several items stand where one is asked for.
    case notSingle(place: String)
    /// A value has another type than the place asks for.
    case wrongType(place: String, expected: String)
    /// An operation that these two values do not have.
    case incompatible(operation: String)
    /// An order was asked for where there is none.
    case unordered(function: String)
    /// A regular expression that is not understood; the offset counts characters.
    case pattern(offset: Int)
    /// A profile whose rules are not known here.
    case unknownProfile(String)
    /// A value set whose codes are not known here.
    case unknownValueSet(String)
    /// A number that has more digits than can be kept.
    case numberOutOfRange
    /// Evaluating takes more than is allowed.
    case limit(PathLimits.Name)
}

/// Bounds of reading and evaluating an expression.
package struct PathLimits: Hashable, Sendable {
    /// Which bound was exceeded.
    package enum Name: String, Hashable, Sendable {
        case byteCount, depth, steps, itemCount, textLength
    }

    /// Bytes of an expression.
    package let byteCount: Int
    /// Operators, functions and steps of a path within each other: evaluation recurses.
    package let depth: Int
    /// Operations, comparisons and visited values of one evaluation.
    package let steps: Int
    /// Items of one collection.
    package let itemCount: Int
    /// Bytes of a text that a function makes.
    package let textLength: Int

    package init(
        byteCount: Int = 64 << 10, depth: Int = 200, steps: Int = 5_000_000,
        itemCount: Int = 200_000, textLength: Int = 4 << 20
    ) {
        // Deeper nesting could exhaust the stack of a thread.
        (self.byteCount, self.depth) = (byteCount, min(depth, 200))
        (self.steps, self.itemCount, self.textLength) = (steps, itemCount, textLength)
    }

    /// 64 KiB of text, 200 levels, five million steps, 200,000 items: far more than any published
    /// invariant or search parameter takes.
    package static let standard = PathLimits()
}
