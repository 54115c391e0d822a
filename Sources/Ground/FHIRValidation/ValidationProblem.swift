import FHIRDefinitions

/// What can be wrong with a resource.
enum ValidationProblem: Hashable {
    // Structure.
    case notAResource
    case unknownType(String)
    case unknownElement(String)
    case wrongKind(expected: String)
    case null
    case empty(String)
    case strayShadow(String)
    case unequalShadow
    case missing(String, minimum: Int)
    case tooMany(String, maximum: Int)
    case severalTypes(String)
    case format(type: String)
    case tooDeep
    case tooMuch
    // Values.
    case fixedValue
    case pattern
    case typeNotAllowed(String)
    // Codes.
    case code(String, valueSet: String, Binding.Strength)
    case noCode(valueSet: String, Binding.Strength)
    case unknownCode(String, system: String)
    case display(String)
    // Invariants.
    case invariant(key: String, words: String, isError: Bool)
    case uncheckedInvariant(String)
    // References.
    case referenceForm
    case referenceTarget(String, allowed: [String])
    case referenceType(String)
    case containedMissing
    case containedUnused
    case containedWithoutID
    case notInBundle(isError: Bool)
    // Extensions.
    case relativeExtension
    case extensionContent
    case unknownExtension(isModifier: Bool)
    // Profiles.
    case unknownProfile(String)
    case profileType(String)
    case unslicedValue
    case slicingNotUnderstood(String)
    // Bundles.
    case relativeFullURL
    case fullURLWithoutID
    case sameFullURL
}
