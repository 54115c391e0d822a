import Encoding
import FHIRDefinitions
import FHIRPath

extension Validation {
    /// Profiles within each other, as of extensions in extensions.
    private static let profileDepthLimit = 8

    /// Checks an element against a profile by its URL; one that is not known is reported.
    mutating func profile(_ url: String, on node: PathNode, at path: String, in scope: Scope) {
        let bare = url.split(separator: "|").first.map(String.init) ?? url
        if let type = table.type(url: bare) {
            if !table.isType(node.type, kindOf: type.name) { report(.profileType(bare), at: path) }
            return
        }
        guard let profile = validator.profiles[bare] else {
            return report(.unknownProfile(bare), at: path)
        }
        guard table.isType(node.type, kindOf: profile.type) else {
            return report(.profileType(bare), at: path)
        }
        guard profileDepth < Self.profileDepthLimit else { return }
        profileDepth += 1
        apply(profile.root, to: node, at: path, in: scope)
        profileDepth -= 1
    }

    /// Checks what a branch says of one element, and of those inside.
    private mutating func apply(
        _ branch: ProfileTree.Branch, to node: PathNode, at path: String, in scope: Scope
    ) {
        guard countRule(at: path) else { return }
        if let rule = branch.rule {
            if branch.isChoice, !rule.types.isEmpty,
                !rule.types.contains(where: { table.isType(node.type, kindOf: $0.code) })
            {
                return report(.typeNotAllowed(node.type), at: path)
            }
            if let fixed = rule.fixedValue { self.fixed(fixed, node, at: path) }
            if let binding = rule.binding { self.binding(binding, node, at: path) }
            invariants(rule.invariants, on: node, at: path, in: scope)
        }
        for child in branch.children {
            let found = node.elements(named: child.elementName, in: table)
            let items = found.nodes.enumerated().map { index, node in
                Item(
                    node: node,
                    path: "\(path).\(child.elementName)" + (found.isList ? "[\(index)]" : ""))
            }
            if let rule = child.rule { count(items, rule, child.name, at: path) }
            for item in items { apply(child, to: item.node, at: item.path, in: scope) }
            slices(of: child, items, at: path, in: scope)
        }
    }

    private struct Item {
        let node: PathNode
        let path: String
    }

    private mutating func count(
        _ items: [Item], _ rule: ProfileDefinition.Rule, _ name: String, at path: String
    ) {
        if items.count < rule.minimum { report(.missing(name, minimum: rule.minimum), at: path) }
        if let maximum = rule.maximum, items.count > maximum {
            report(.tooMany(name, maximum: maximum), at: items[0].path)
        }
    }

    // MARK: Slices

    private mutating func slices(
        of branch: ProfileTree.Branch, _ items: [Item], at path: String, in scope: Scope
    ) {
        guard !branch.slices.isEmpty else { return }
        let slicing = branch.rule?.slicing
        var members = [[Item]](repeating: [], count: branch.slices.count)
        for item in items {
            var isKnown = false
            for (index, slice) in branch.slices.enumerated() {
                let matcher = SliceMatcher(table: table, slicing: slicing, branch: branch)
                guard let isMember = matcher.matches(item.node, slice) else {
                    return report(.slicingNotUnderstood(branch.name), at: path)
                }
                guard isMember else { continue }
                members[index].append(item)
                isKnown = true
                break
            }
            if !isKnown, slicing?.isClosed == true { report(.unslicedValue, at: item.path) }
        }
        for (slice, items) in zip(branch.slices, members) {
            if let rule = slice.rule {
                count(items, rule, "\(branch.name):\(slice.name)", at: path)
            }
            for item in items { apply(slice, to: item.node, at: item.path, in: scope) }
        }
    }

    // MARK: Given values

    /// Checks a value that the definition gives.
    mutating func fixed(_ fixed: FixedValue, _ node: PathNode, at path: String) {
        guard let given = fixed.value, !node.value.isNull else { return }
        if fixed.isPattern {
            if !node.value.matches(given) { report(.pattern, at: path) }
        } else if !node.value.means(given) {
            report(.fixedValue, at: path)
        }
    }
}

extension FixedValue {
    /// The given value as a tree.
    var value: JSONValue? { try? JSONValue(parsing: Array(json.utf8)) }
}

extension JSONValue {
    /// Whether everything in a pattern is in this value too, lists in any order.
    func matches(_ pattern: JSONValue) -> Bool {
        switch (self, pattern) {
        case (.object, .object(let members)):
            members.allSatisfy { self[$0.key]?.matches($0.value) ?? false }
        case (.array(let elements), .array(let wanted)):
            wanted.allSatisfy { wanted in elements.contains { $0.matches(wanted) } }
        default: means(pattern)
        }
    }
}
