import FHIRDefinitions

/// The rules of a profile, each below the element or slice that it is about.
struct ProfileTree: Sendable {
    /// What a profile says of one element or slice, and of what is inside.
    struct Branch: Sendable {
        let name: String
        /// Nil where only something inside has rules.
        var rule: ProfileDefinition.Rule?
        var children: [Branch] = []
        var slices: [Branch] = []

        init(_ name: String) { self.name = name }

        mutating func insert(_ rule: ProfileDefinition.Rule, _ steps: ArraySlice<Substring>) {
            guard let step = steps.first else {
                self.rule = rule
                return
            }
            let parts = step.split(separator: ":", maxSplits: 1)
            let place = Self.place(String(parts[0]), in: &children)
            guard parts.count == 2 else {
                return children[place].insert(rule, steps.dropFirst())
            }
            let slice = Self.place(String(parts[1]), in: &children[place].slices)
            children[place].slices[slice].insert(rule, steps.dropFirst())
        }

        private static func place(_ name: String, in branches: inout [Branch]) -> Int {
            if let place = branches.firstIndex(where: { $0.name == name }) { return place }
            branches.append(Branch(name))
            return branches.count - 1
        }

        /// The branch of an element below, by the steps of a path without slices.
        func branch(_ steps: ArraySlice<Substring>) -> Branch? {
            guard let step = steps.first else { return self }
            let child = children.first { $0.name == step || $0.name == step + "[x]" }
            return child?.branch(steps.dropFirst())
        }

        var isChoice: Bool { name.hasSuffix("[x]") }

        /// The name of the element in FHIRPath.
        var elementName: String { isChoice ? String(name.dropLast(3)) : name }
    }

    let url: String
    let type: String
    private(set) var root: Branch

    init(_ profile: ProfileDefinition) {
        (url, type) = (profile.url, profile.type)
        root = Branch("")
        for rule in profile.rules { root.insert(rule, rule.id.split(separator: ".")[...]) }
    }
}
