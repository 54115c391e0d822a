import Encoding

/// One test of HL7's FHIRPath suite.
struct FHIRPathTest: Sendable {
    /// A value that the expression must give.
    struct Output: Sendable {
        /// The type; nil where the suite does not say.
        let type: String?
        let text: String
    }

    /// What must go wrong.
    enum Invalidity: String, Sendable {
        /// The text is no expression.
        case syntax
        /// It cannot have a value on these types.
        case semantic
        /// Evaluating it fails.
        case execution
        /// One of these.
        case any = "true"
    }

    let group: String
    let name: String
    let inputFile: String?
    let expression: String
    let invalidity: Invalidity?
    let isStrict: Bool
    let checksOrder: Bool
    /// True when only the truth of the result counts.
    let isPredicate: Bool
    let isOrdered: Bool
    let outputs: [Output]

    var fullName: String { "\(group)/\(name)" }

    /// Names of what may stand in a test; others say that the suite has changed.
    private static let attributes: Set<String> = [
        "name", "description", "inputfile", "mode", "predicate", "ordered", "version",
        "checkOrderedFunctions", "output", "outputPath",
    ]

    init(_ element: XMLElement, group: String) throws(ShapeError) {
        if let other = element.attributes.first(where: { !Self.attributes.contains($0.name) }) {
            throw ShapeError("a test with the attribute \(other.name)")
        }
        guard let expression = element.element("expression") else {
            throw ShapeError("a test without an expression")
        }
        for inner in element.elements where !["expression", "output"].contains(inner.name) {
            throw ShapeError("a test with the element \(inner.name)")
        }
        let modes = [element["mode"], expression["mode"]].compactMap { $0 }
        if let mode = modes.first(where: { $0 != "strict" }) {
            throw ShapeError("a test in the mode \(mode)")
        }
        self.group = group
        name = element["name"] ?? ""
        inputFile = element["inputfile"]
        self.expression = expression.text
        invalidity = try expression["invalid"].flatMap { text throws(ShapeError) in
            if text == "false" { return nil }
            guard let value = Invalidity(rawValue: text) else {
                throw ShapeError("a test that is invalid for \(text)")
            }
            return value
        }
        isStrict = !modes.isEmpty
        checksOrder = element["checkOrderedFunctions"] == "true"
        isPredicate = element["predicate"] == "true"
        isOrdered = element["ordered"] != "false"
        outputs = element.elements.filter { $0.name == "output" }
            .map { Output(type: $0["type"], text: $0.text) }
    }
}
