import Encoding
import FHIRDefinitions
import FHIRPath
import FHIRTerminology

extension Validation {
    /// Invariants that are checked without FHIRPath: some stand on every element, others compare
    /// everything with everything, and ref-1 forgets that `#` is a reference too.
    private static let builtIn: Set<String> = ["ele-1", "ext-1", "ref-1", "dom-3", "bdl-7"]
    /// In FHIRPath these two are one function.
    private static let narrativeFaults: [String: Narrative.Fault] = [
        "txt-1": .markup, "txt-2": .empty,
    ]

    /// Checks rules of an element.
    mutating func invariants(
        _ invariants: [Invariant], on node: PathNode, at path: String, in scope: Scope
    ) {
        for invariant in invariants where !Self.builtIn.contains(invariant.key) {
            // Narratives are for what stands alone.
            if invariant.key == "dom-6", scope.isContained { continue }
            guard let expression = invariant.expression, countRule(at: path) else { continue }
            if let fault = Self.narrativeFaults[invariant.key], let text = node.value.stringValue {
                if Narrative.fault(text) == fault { reportBroken(invariant, at: path) }
                continue
            }
            guard let compiled = validator.paths[expression] else {
                report(.uncheckedInvariant(invariant.key), at: path)
                continue
            }
            do throws(PathError) {
                let environment = environment(in: scope)
                if try compiled.holds(on: node, in: environment) == false {
                    reportBroken(invariant, at: path)
                }
            } catch {
                report(.uncheckedInvariant(invariant.key), at: path)
            }
        }
    }

    private mutating func reportBroken(_ invariant: Invariant, at path: String) {
        report(
            .invariant(
                key: invariant.key, words: invariant.description, isError: invariant.isError),
            at: path)
    }

    private func environment(in scope: Scope) -> PathEnvironment {
        var environment = PathEnvironment(table: table, now: now)
        environment.resource = PathNode(resource: scope.resource)
        environment.rootResource = PathNode(resource: scope.root)
        environment.castsMany = true
        environment.limits = PathLimits(steps: validator.limits.invariantSteps)
        environment.resolve = { scope.bundle?.resource($0) }
        let (validator, level, now) = (validator, level, now)
        environment.memberOf = { code, system, url in
            validator.terminology.validate(code: code, system: system, in: url).truth
        }
        let depth = profileDepth
        environment.conformsTo = { node, url in
            guard validator.profiles[url] != nil else { return nil }
            var inner = Validation(validator, level: level, now: now)
            inner.profileDepth = depth + 1
            inner.profile(url, on: node, at: node.type, in: scope)
            return inner.issues.isValid
        }
        return environment
    }
}
