import Encoding
import FHIRDefinitions
import FHIRPath

/// Says to which slice a value belongs, as far as discriminators are understood.
struct SliceMatcher {
    let table: DefinitionTable
    let slicing: ProfileDefinition.Slicing?
    /// The element that is sliced.
    let branch: ProfileTree.Branch

    /// Whether a value belongs to a slice; nil when that cannot be told.
    func matches(_ node: PathNode, _ slice: ProfileTree.Branch) -> Bool? {
        var discriminators = slicing?.discriminators ?? []
        if discriminators.isEmpty {
            if branch.isChoice { return hasType(of: slice, node) }
            // Extensions are always told apart by their URLs.
            guard branch.name.lowercased().hasSuffix("extension") else { return nil }
            discriminators = [.init(kind: "value", path: "url")]
        }
        for discriminator in discriminators {
            guard let isMet = meets(discriminator, node, slice) else { return nil }
            if !isMet { return false }
        }
        return true
    }

    private func hasType(of slice: ProfileTree.Branch, _ node: PathNode) -> Bool? {
        slice.rule.map { rule in
            rule.types.contains { table.isType(node.type, kindOf: $0.code) }
        }
    }

    private func extensionURL(_ slice: ProfileTree.Branch) -> String? {
        slice.rule?.types.first { $0.code == "Extension" }?.profiles.first
    }

    private func meets(
        _ discriminator: ProfileDefinition.Slicing.Discriminator, _ node: PathNode,
        _ slice: ProfileTree.Branch
    ) -> Bool? {
        let path = discriminator.path
        switch discriminator.kind {
        case "type" where path == "$this": return hasType(of: slice, node)
        case "value", "pattern":
            if path == "url", let url = extensionURL(slice) {
                return node.value["url"]?.stringValue == url
            }
            let steps = path == "$this" ? [] : path.split(separator: ".")
            guard steps.allSatisfy({ $0.allSatisfy(\.isLetter) }) else { return nil }
            return given(steps[...], in: slice).map { given in
                values(steps[...], of: node).contains { value in
                    given.allSatisfy { value.matches($0) }
                }
            }
        case "exists":
            let steps = path.split(separator: ".")
            guard let rule = slice.branch(steps[...])?.rule else { return nil }
            let exists = !values(steps[...], of: node).isEmpty
            return rule.maximum == 0 ? !exists : rule.minimum > 0 ? exists : nil
        default: return nil
        }
    }

    /// What the rules of a slice give at a path: on the element itself, inside of a value given
    /// above, or by slices on the way.
    private func given(
        _ steps: ArraySlice<Substring>, in branch: ProfileTree.Branch
    ) -> [JSONValue]? {
        if let value = branch.rule?.fixedValue?.value {
            let found = steps.reduce([value]) { values, step in
                values.flatMap { value in
                    let inner = value[String(step)]
                    return if case .array(let elements)? = inner { elements } else {
                        [inner].compactMap { $0 }
                    }
                }
            }
            if !found.isEmpty { return found }
        }
        guard let step = steps.first,
            let child = branch.children.first(where: {
                $0.name == step || $0.name == step + "[x]"
            })
        else { return nil }
        if let found = given(steps.dropFirst(), in: child) { return found }
        let inner = child.slices.compactMap { given(steps.dropFirst(), in: $0) }.flatMap { $0 }
        return inner.isEmpty ? nil : inner
    }

    private func values(_ steps: ArraySlice<Substring>, of node: PathNode) -> [JSONValue] {
        var nodes = [node]
        for step in steps {
            nodes = nodes.flatMap { $0.elements(named: String(step), in: table).nodes }
        }
        return nodes.map(\.value)
    }
}
