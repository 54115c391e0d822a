import Base
import Encoding
import FHIRDefinitions
import FHIRPath

/// One validation: what was found so far, and what work may still be done.
struct Validation {
    /// The resource around an element, and what references in it lead to.
    final class Scope: Sendable {
        let resource: JSONValue
        /// The resource that contains this one, or itself.
        let root: JSONValue
        let isContained: Bool
        /// The path of ``root``, where contained resources are.
        let rootPath: String
        let bundle: BundleDirectory?

        init(
            resource: JSONValue, root: JSONValue, isContained: Bool, rootPath: String,
            bundle: BundleDirectory?
        ) {
            (self.resource, self.root, self.isContained) = (resource, root, isContained)
            (self.rootPath, self.bundle) = (rootPath, bundle)
        }

        /// A contained resource by its id.
        func contained(_ id: String) -> JSONValue? {
            root["contained"]?.elements.first { $0["id"]?.stringValue == id }
        }

        /// What a reference leads to, in the resource or its Bundle.
        func target(_ reference: String) -> JSONValue? {
            if reference == "#" { return root }
            if reference.hasPrefix("#") { return contained(String(reference.dropFirst())) }
            return bundle?.resource(reference)
        }
    }

    let validator: FHIRValidator
    let level: ValidationLevel
    let now: Timestamp
    private(set) var issues: [ValidationIssue] = []
    private var elementsLeft: Int
    private var rulesLeft: Int
    private(set) var isExhausted = false
    /// Profiles of elements that are being checked: a profile may ask for itself inside.
    var profileDepth = 0

    init(_ validator: FHIRValidator, level: ValidationLevel, now: Timestamp) {
        (self.validator, self.level, self.now) = (validator, level, now)
        elementsLeft = validator.limits.elementCount
        rulesLeft = validator.limits.ruleCount
    }

    var table: DefinitionTable { validator.table }

    // MARK: Findings and limits

    mutating func report(_ problem: ValidationProblem, at path: String) {
        guard !isExhausted else { return }
        guard issues.count < validator.limits.issueCount else { return exhaust(at: path) }
        let issue = problem.issue(at: path)
        // A profile finds again what its type found.
        guard issues.last != issue else { return }
        issues.append(issue)
    }

    mutating func report(_ problems: [ValidationProblem], at path: String) {
        for problem in problems { report(problem, at: path) }
    }

    private mutating func exhaust(at path: String) {
        guard !isExhausted else { return }
        isExhausted = true
        issues.append(ValidationProblem.tooMuch.issue(at: path))
    }

    /// Counts an element; false when no more may be looked at.
    mutating func countElement(at path: String) -> Bool {
        elementsLeft -= 1
        if elementsLeft < 0 { exhaust(at: path) }
        return !isExhausted
    }

    /// Counts a rule; false when no more may be checked.
    mutating func countRule(at path: String) -> Bool {
        rulesLeft -= 1
        if rulesLeft < 0 { exhaust(at: path) }
        return !isExhausted
    }

    // MARK: Resources

    /// Checks a resource: the outermost one, one of a Bundle's, or a contained one.
    mutating func resource(
        _ value: JSONValue, at path: String?, in outer: Scope?, profiles: [String] = [],
        isContained: Bool = false, depth: Int = 0
    ) {
        guard case .object = value, let type = value["resourceType"]?.stringValue else {
            return report(.notAResource, at: path ?? "Resource")
        }
        let path = path ?? type
        guard let definition = table.type(type), definition.kind == .resource,
            !definition.isAbstract
        else { return report(.unknownType(type), at: path) }
        let bundle = type == "Bundle" ? BundleDirectory(value) : outer?.bundle
        let scope = Scope(
            resource: value, root: isContained ? outer?.root ?? value : value,
            isContained: isContained, rootPath: isContained ? outer?.rootPath ?? path : path,
            bundle: bundle)
        members(of: value, contentPath: type, at: path, in: scope, depth: depth)
        if let contained = value["contained"]?.elements, !isContained {
            self.contained(contained, of: value, at: path)
        }
        if type == "Bundle" { entries(of: value, at: path) }
        guard level == .full else { return }
        let node = PathNode(resource: value)
        invariants(definition.invariants, on: node, at: path, in: scope)
        for url in (value["meta"]?["profile"]?.elements ?? []).compactMap(\.stringValue) + profiles
        {
            profile(url, on: node, at: path, in: scope)
        }
    }

    /// Checks what contained resources must keep: ids, and that something refers to them.
    private mutating func contained(
        _ resources: [JSONValue], of value: JSONValue, at path: String
    ) {
        let used = value.localReferences
        for (index, resource) in resources.enumerated() {
            let place = "\(path).contained[\(index)]"
            guard let id = resource["id"]?.stringValue else {
                report(.containedWithoutID, at: place)
                continue
            }
            if !used.contains("#" + id), !resource.localReferences.contains("#") {
                report(.containedUnused, at: place)
            }
        }
    }
}

extension JSONValue {
    /// All texts inside that start with `#`, as references to contained resources do.
    var localReferences: Set<String> {
        var (found, next): (Set<String>, [JSONValue]) = ([], [self])
        while let value = next.popLast() {
            switch value {
            case .string(let text): if text.hasPrefix("#") { found.insert(text) }
            case .array(let elements): next += elements
            case .object(let members): next += members.map(\.value)
            case .null, .bool, .number: break
            }
        }
        return found
    }
}
