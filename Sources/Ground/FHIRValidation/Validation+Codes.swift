import Encoding
import FHIRDefinitions
import FHIRPath
import FHIRTerminology

extension Validation {
    private static let unitTypes: Set<String> = [
        "Quantity", "Age", "Distance", "Duration", "Count", "SimpleQuantity", "MoneyQuantity",
    ]

    /// Checks that a coded element has a code of its value set.
    mutating func binding(_ binding: Binding, _ node: PathNode, at path: String) {
        guard binding.strength != .example, let url = binding.valueSet else { return }
        switch node.value {
        case .string(let code): self.code(code, nil, binding, url, at: path)
        case .object where node.type == "CodeableConcept": concept(node.value, binding, url, path)
        case .object where node.type == "Coding":
            guard let code = node.value["code"]?.stringValue else {
                // Words alone are better than a wrong code, unless a code must be there.
                guard binding.strength == .required else { return }
                return report(.noCode(valueSet: url, binding.strength), at: path)
            }
            self.code(code, node.value["system"]?.stringValue ?? "", binding, url, at: path)
        case .object where Self.unitTypes.contains(node.type):
            guard let code = node.value["code"]?.stringValue else { return }
            self.code(code, node.value["system"]?.stringValue ?? "", binding, url, at: path)
        default: break
        }
    }

    private mutating func code(
        _ code: String, _ system: String?, _ binding: Binding, _ url: String, at path: String
    ) {
        guard countRule(at: path) else { return }
        let verdict = validator.terminology.validate(code: code, system: system, in: url)
        if verdict == .isOut {
            report(.code(code, valueSet: url, binding.strength), at: path)
        }
    }

    /// One of the codings is enough, and so is one that nobody here can judge.
    private mutating func concept(
        _ value: JSONValue, _ binding: Binding, _ url: String, _ path: String
    ) {
        let codings = value["coding"]?.elements ?? []
        var missing: String?
        for coding in codings {
            guard let code = coding["code"]?.stringValue, countRule(at: path) else { continue }
            let system = coding["system"]?.stringValue ?? ""
            let verdict = validator.terminology.validate(code: code, system: system, in: url)
            guard verdict == .isOut else { return }
            missing = missing ?? code
        }
        if let missing {
            report(.code(missing, valueSet: url, binding.strength), at: path)
        } else if binding.strength == .required {
            report(.noCode(valueSet: url, binding.strength), at: path)
        }
    }

    /// Checks a coding against its own code system, whatever it is bound to.
    mutating func coding(_ value: JSONValue, at path: String) {
        guard let code = value["code"]?.stringValue, let system = value["system"]?.stringValue,
            countRule(at: path)
        else { return }
        switch validator.terminology.validate(code: code, system: system) {
        case .isOut: report(.unknownCode(code, system: system), at: path)
        case .isIn(let display?):
            guard let said = value["display"]?.stringValue else { return }
            if said.lowercased() != display.lowercased() { report(.display(code), at: path) }
        case .isIn, .unknown: break
        }
    }
}
