import FHIRDefinitions
import FHIRPath

/// All extraction paths of one resource type as a tree, so that a resource is walked once.
struct ExtractionTree: Sendable {
    /// A place in a resource: what is found there, and what is further inside.
    struct Node: Sendable {
        var branches: [String: [Branch]] = [:]
        var actions: [Action] = []
    }

    /// A member to go into, and which of its elements count.
    struct Branch: Sendable {
        let filter: PlainPath.Filter?
        let node: Int
    }

    /// What to do with a value.
    enum Action: Sendable {
        case emit(ExtractedParameter, type: String, system: String?)
        case composite([Component])
    }

    /// A part of a composite, from the composite's value on or from the whole resource.
    struct Component: Sendable {
        let root: Int
        let isFromResource: Bool
    }

    /// An expression that FHIRPath evaluates.
    struct Evaluated: Sendable {
        let parameter: ExtractedParameter
        let path: CompiledPath
    }

    private(set) var nodes = [Node()]
    private(set) var evaluated: [Evaluated] = []

    /// Parameters whose terms stand with the resource itself, not among its terms.
    private static let own: Set<String> = ["_id", "_lastUpdated"]

    init(type: String, table: DefinitionTable) {
        let start = PlainPath.Place(hops: [], type: type, contentPath: type, valueSet: nil)
        for definition in table.searchParameters {
            let base = definition.bases.first { $0 == "Resource" || $0 == "DomainResource" }
            guard definition.bases.contains(type) || base != nil,
                !Self.own.contains(definition.code), let expression = definition.expression,
                table.searchParameter(definition.code, on: base ?? type) == definition
            else { continue }
            let key = "\(base == nil ? type : "Resource").\(definition.code)"
            if definition.kind == .composite {
                addComposite(definition, expression, key, from: start, table)
            } else {
                let parameter = ExtractedParameter(key, definition.kind)
                if let places = PlainPath.places(expression, from: start, table: table) {
                    add(parameter, at: places, below: 0)
                } else if let path = try? CompiledPath(expression) {
                    evaluated.append(Evaluated(parameter: parameter, path: path))
                }
            }
        }
    }

    private mutating func add(
        _ parameter: ExtractedParameter, at places: [PlainPath.Place], below root: Int
    ) {
        for place in places {
            let node = node(at: place.hops, below: root)
            nodes[node].actions.append(
                .emit(
                    parameter, type: place.type,
                    system: place.type == "code" ? place.valueSet.map(ImpliedSystem.of) : nil))
        }
    }

    private mutating func addComposite(
        _ definition: SearchParameterDefinition, _ expression: String, _ key: String,
        from start: PlainPath.Place, _ table: DefinitionTable
    ) {
        for place in PlainPath.places(expression, from: start, table: table) ?? [] {
            var components: [Component] = []
            let inner = PlainPath.Place(
                hops: [], type: place.type, contentPath: place.contentPath, valueSet: nil)
            for (index, component) in definition.components.enumerated() {
                let isFromResource = component.expression.hasPrefix("%resource.")
                let expression =
                    isFromResource
                    ? String(component.expression.dropFirst("%resource.".count))
                    : component.expression
                guard let kind = table.searchParameter(url: component.definition)?.kind,
                    let places = PlainPath.places(
                        expression, from: isFromResource ? start : inner, table: table)
                else { continue }
                nodes.append(Node())
                let root = nodes.count - 1
                add(
                    ExtractedParameter(component: "\(key)$\(index + 1)", kind), at: places,
                    below: root)
                components.append(Component(root: root, isFromResource: isFromResource))
            }
            guard components.count == definition.components.count else { continue }
            let node = node(at: place.hops, below: 0)
            nodes[node].actions.append(.composite(components))
        }
    }

    private mutating func node(at hops: [PlainPath.Hop], below root: Int) -> Int {
        var node = root
        for hop in hops {
            let known = nodes[node].branches[hop.name]?.first { $0.filter == hop.filter }
            if let known {
                node = known.node
            } else {
                nodes.append(Node())
                nodes[node].branches[hop.name, default: []].append(
                    Branch(filter: hop.filter, node: nodes.count - 1))
                node = nodes.count - 1
            }
        }
        return node
    }
}

/// A parameter with the keys of its terms.
struct ExtractedParameter: Sendable {
    let key: String
    let kind: SearchParameterDefinition.Kind
    /// Keys of what stands beside the values; nil where that is not kept.
    let textKey: String?
    let typedKey: String?
    let identifierKey: String?

    init(_ key: String, _ kind: SearchParameterDefinition.Kind) {
        (self.key, self.kind) = (key, kind)
        textKey = kind == .token ? key + ":text" : nil
        typedKey = kind == .token ? key + ":of-type" : nil
        identifierKey = kind == .reference ? key + ":identifier" : nil
    }

    /// A part of a composite, beside which nothing is kept.
    init(component key: String, _ kind: SearchParameterDefinition.Kind) {
        (self.key, self.kind) = (key, kind)
        (textKey, typedKey, identifierKey) = (nil, nil, nil)
    }
}

/// The system of codes that stand without one, as their value set says.
enum ImpliedSystem {
    /// HL7's value sets of whole code systems have the name of the system; a few have others.
    static func of(_ valueSet: String) -> String {
        let url = valueSet.split(separator: "|").first.map { String($0) } ?? valueSet
        let parts = url.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.last {
        case "languages", "all-languages": return "urn:ietf:bcp:47"
        case "mimetypes": return "urn:ietf:bcp:13"
        case "currencies": return "urn:iso:std:iso:4217"
        default: return parts.filter { $0 != "ValueSet" }.joined(separator: "/")
        }
    }
}
