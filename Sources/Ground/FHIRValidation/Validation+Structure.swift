import Encoding
import FHIRDefinitions
import FHIRPath

extension Validation {
    /// An element with what stands beside it, and where it is.
    struct Place {
        let member: ElementMember
        let value: JSONValue
        let shadow: JSONValue?
        let path: String
        let scope: Scope
        let depth: Int
    }

    /// Checks the members of an object against the elements that may be there.
    mutating func members(
        of object: JSONValue, contentPath: String, at path: String, in scope: Scope, depth: Int
    ) {
        guard depth < validator.limits.depth else { return report(.tooDeep, at: path) }
        guard let container = table.container(contentPath) else { return }
        // Names in JSON by element; a choice must have one.
        var names: [String: [String]] = [:]
        for member in object.members {
            let key = member.key
            if key == "resourceType", object["resourceType"]?.stringValue == contentPath {
                continue
            }
            let isShadow = key.hasPrefix("_")
            let name = isShadow ? String(key.dropFirst()) : key
            guard let definition = container.member(jsonName: name) else {
                report(.unknownElement(key), at: path)
                continue
            }
            if isShadow, !isPrimitive(definition) {
                report(.strayShadow(key), at: path)
                continue
            }
            let hasBoth = isShadow && object[name] != nil
            guard !hasBoth else { continue }
            names[definition.element.path, default: []].append(name)
            element(
                definition, isShadow ? nil : member.value,
                isShadow ? member.value : object["_" + name], at: path, in: scope, depth: depth)
        }
        for element in container.elements {
            count(element, names[element.path] ?? [], of: object, at: path)
        }
    }

    func isPrimitive(_ member: ElementMember) -> Bool {
        member.element.contentReference == nil && member.type != "xhtml"
            && table.type(member.type)?.kind == .primitive
    }

    /// Checks how often an element stands.
    private mutating func count(
        _ element: ElementDefinition, _ names: [String], of object: JSONValue, at path: String
    ) {
        let shown = element.isChoice ? "\(element.name)[x]" : element.name
        if names.count > 1 { report(.severalTypes(shown), at: "\(path).\(element.name)") }
        var count = 0
        for name in names {
            let value = object[name] ?? object["_" + name] ?? .null
            if case .array = value { count += value.elements.count } else { count += 1 }
        }
        if count < element.minimum {
            report(.missing(shown, minimum: element.minimum), at: path)
        }
        if let maximum = element.maximum, maximum == 0 || maximum > 1, count > maximum {
            report(.tooMany(shown, maximum: maximum), at: "\(path).\(element.name)")
        }
    }

    /// Checks all values of an element.
    private mutating func element(
        _ member: ElementMember, _ value: JSONValue?, _ shadow: JSONValue?, at path: String,
        in scope: Scope, depth: Int
    ) {
        let path = "\(path).\(member.element.name)"
        guard member.element.isRepeating else {
            for part in [value, shadow] {
                if case .array? = part {
                    return report(.wrongKind(expected: single(member)), at: path)
                }
            }
            return item(
                Place(
                    member: member, value: value ?? .null, shadow: shadow, path: path,
                    scope: scope, depth: depth))
        }
        for part in [value, shadow].compactMap({ $0 }) {
            guard case .array(let elements) = part else {
                return report(.wrongKind(expected: "an array"), at: path)
            }
            if elements.isEmpty { return report(.empty("array"), at: path) }
        }
        let (values, shadows) = (value?.elements ?? [], shadow?.elements ?? [])
        if value != nil, shadow != nil, values.count != shadows.count {
            report(.unequalShadow, at: path)
        }
        for index in 0..<max(values.count, shadows.count) {
            item(
                Place(
                    member: member, value: index < values.count ? values[index] : .null,
                    shadow: index < shadows.count ? shadows[index] : nil,
                    path: "\(path)[\(index)]", scope: scope, depth: depth))
        }
    }

    private func single(_ member: ElementMember) -> String {
        isPrimitive(member) ? "a single value" : "an object"
    }

    /// Checks one value.
    private mutating func item(_ place: Place) {
        guard countElement(at: place.path) else { return }
        let member = place.member
        if member.type == "Resource" {
            let isContained = member.element.name == "contained"
            return resource(
                place.value, at: place.path, in: place.scope, isContained: isContained,
                depth: place.depth + 1)
        }
        let type =
            member.element.contentReference.map { table.contentType(of: $0) } ?? member.type
        let path = table.contentPath(of: member)
        let node = PathNode(
            value: place.value, shadow: place.shadow.flatMap { $0.isNull ? nil : $0 }, type: type,
            contentPath: path)
        if member.type == "xhtml" {
            guard case .string = place.value else {
                return report(.wrongKind(expected: "a string"), at: place.path)
            }
        } else if isPrimitive(member) {
            guard primitive(place) else { return }
        } else {
            guard case .object(let members) = place.value else {
                return report(
                    place.value.isNull ? .null : .wrongKind(expected: "an object"), at: place.path)
            }
            guard !members.isEmpty else { return report(.empty("object"), at: place.path) }
            self.members(
                of: place.value, contentPath: path, at: place.path, in: place.scope,
                depth: place.depth + 1)
        }
        special(type, node, place)
        guard level == .full else { return }
        check(node, type: type, place)
    }

    /// Checks a primitive value and what stands beside it; false when there is nothing to go on
    /// with.
    private mutating func primitive(_ place: Place) -> Bool {
        if let shadow = place.shadow, !shadow.isNull {
            guard case .object(let members) = shadow else {
                report(.wrongKind(expected: "an object"), at: place.path)
                return false
            }
            guard !members.isEmpty else {
                report(.empty("object"), at: place.path)
                return false
            }
            self.members(
                of: shadow, contentPath: "Element", at: place.path, in: place.scope,
                depth: place.depth + 1)
        } else if place.value.isNull {
            report(.null, at: place.path)
            return false
        }
        let type = place.member.type
        let (expected, text): (String, String?) =
            switch type {
            case "boolean": ("true or false", place.value.boolValue.map { $0 ? "true" : "false" })
            case "integer", "unsignedInt", "positiveInt", "decimal":
                ("a number", place.value.numberText)
            default: ("a string", place.value.stringValue)
            }
        guard !place.value.isNull else { return true }
        guard let text else {
            report(.wrongKind(expected: expected), at: place.path)
            return false
        }
        guard !text.isEmpty else {
            report(.empty("string"), at: place.path)
            return false
        }
        guard PrimitiveFormat.isValid(text, type) else {
            report(.format(type: type), at: place.path)
            return false
        }
        return true
    }

    /// Checks what some types ask for beyond their elements.
    private mutating func special(_ type: String, _ node: PathNode, _ place: Place) {
        switch type {
        case "Reference": reference(node, place)
        case "Extension": `extension`(node, place)
        default: break
        }
    }

    /// Checks the definition's own value, the binding, and the invariants.
    private mutating func check(_ node: PathNode, type: String, _ place: Place) {
        let element = place.member.element
        if let fixed = element.fixedValue { self.fixed(fixed, node, at: place.path) }
        if let binding = element.binding { self.binding(binding, node, at: place.path) }
        if type == "Coding" { coding(node.value, at: place.path) }
        let own = table.type(type)?.invariants ?? []
        var all = element.invariants
        for invariant in own where !all.contains(where: { $0.key == invariant.key }) {
            all.append(invariant)
        }
        invariants(all, on: node, at: place.path, in: place.scope)
    }
}
