import Base
package import Encoding
package import FHIRDefinitions
import FHIRPath

/// Finds the terms of resources; made once for a table, used by any number of threads.
package struct TermExtractor: Sendable {
    private let table: DefinitionTable
    private let trees: [String: ExtractionTree]
    /// Where this server's resources are; see ``ReferenceText``.
    private let base: String

    /// - Parameter base: the server's URL without a slash at the end, for absolute references that
    ///   lead here; empty when there are none.
    package init(_ table: DefinitionTable, base: String = "") {
        (self.table, self.base) = (table, base)
        var trees: [String: ExtractionTree] = [:]
        for type in table.types where type.kind == .resource && !type.isAbstract {
            trees[type.name] = ExtractionTree(type: type.name, table: table)
        }
        self.trees = trees
    }

    /// The terms of a resource; none for a type that the table does not have.
    ///
    /// What does not follow the definitions has no terms; nothing is refused. Contained resources
    /// are not searched.
    package func terms(of resource: JSONValue, type: String) -> IndexTerms {
        guard let tree = trees[type] else { return IndexTerms() }
        var walk = ExtractionWalk(tree: tree, resource: resource, emitter: emitter)
        walk.visit(resource, node: 0, part: 0)
        for evaluated in tree.evaluated {
            let items =
                (try? evaluated.path.evaluate(
                    on: PathNode(resource: resource), in: environment)) ?? []
            for item in items { emit(item, evaluated.parameter, &walk.terms) }
        }
        var seen: Set<IndexTerm> = []
        seen.reserveCapacity(walk.terms.count)
        return IndexTerms(walk.terms.filter { seen.insert($0).inserted })
    }

    private var emitter: TermEmitter {
        TermEmitter(base: base, table: table)
    }

    private func emit(
        _ item: PathItem, _ parameter: ExtractedParameter, _ terms: inout [IndexTerm]
    ) {
        switch item {
        case .node(let node):
            emitter.emit(node.value, node.type, nil, parameter, part: 0, into: &terms)
        case .boolean(let value):
            emitter.emit(.bool(value), "boolean", nil, parameter, part: 0, into: &terms)
        default:
            guard let text = item.text else { return }
            emitter.emit(.string(text), "string", nil, parameter, part: 0, into: &terms)
        }
    }

    /// Searching knows no time and follows no reference: of a reference only its type counts.
    private var environment: PathEnvironment {
        var environment = PathEnvironment(table: table, now: Timestamp(milliseconds: 0))
        environment.castsMany = true
        environment.resolve = { [emitter] text in
            emitter.typeName(ofReference: text).map { ["resourceType": .string($0)] }
        }
        return environment
    }
}

/// One walk through a resource.
struct ExtractionWalk {
    let tree: ExtractionTree
    let resource: JSONValue
    let emitter: TermEmitter
    var terms: [IndexTerm] = []
    private var lastPart = 0

    init(tree: ExtractionTree, resource: JSONValue, emitter: TermEmitter) {
        (self.tree, self.resource, self.emitter) = (tree, resource, emitter)
        terms.reserveCapacity(48)
    }

    /// Does what a node of the tree says about a value, and goes on inside.
    mutating func visit(_ value: JSONValue, node: Int, part: Int) {
        if case .array(let elements) = value {
            for element in elements { visit(element, node: node, part: part) }
            return
        }
        for action in tree.nodes[node].actions {
            switch action {
            case .emit(let parameter, let type, let system):
                emitter.emit(value, type, system, parameter, part: part, into: &terms)
            case .composite(let components): composite(components, value)
            }
        }
        let branches = tree.nodes[node].branches
        guard !branches.isEmpty, case .object(let members) = value else { return }
        for member in members {
            guard let matching = branches[member.key] else { continue }
            for branch in matching { visit(member.value, branch, part: part) }
        }
    }

    private mutating func visit(
        _ value: JSONValue, _ branch: ExtractionTree.Branch, part: Int
    ) {
        guard let filter = branch.filter else {
            visit(value, node: branch.node, part: part)
            return
        }
        let elements: [JSONValue]
        if case .array(let inner) = value { elements = inner } else { elements = [value] }
        for (index, element) in elements.enumerated() where passes(element, filter, index) {
            visit(element, node: branch.node, part: part)
        }
    }

    private func passes(_ value: JSONValue, _ filter: PlainPath.Filter, _ index: Int) -> Bool {
        switch filter {
        case .first: index == 0
        case .member(let name, let wanted): value[name]?.stringValue == wanted
        case .extension(let url): value["url"]?.stringValue == url
        case .leadsTo(let type): emitter.typeName(of: value) == type
        }
    }

    /// Terms of all parts, or of none: a composite with a part missing cannot be found.
    private mutating func composite(_ components: [ExtractionTree.Component], _ value: JSONValue) {
        let before = terms.count
        lastPart += 1
        for component in components {
            let count = terms.count
            visit(
                component.isFromResource ? resource : value, node: component.root, part: lastPart)
            guard terms.count > count else {
                terms.removeSubrange(before...)
                lastPart -= 1
                return
            }
        }
    }
}
