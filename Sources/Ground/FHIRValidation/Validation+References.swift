import Encoding
import FHIRDefinitions
import FHIRPath

extension Validation {
    /// Checks the form of a reference, and the type of what it leads to.
    mutating func reference(_ node: PathNode, _ place: Place) {
        guard let text = node.value["reference"]?.stringValue, !text.isEmpty else { return }
        let path = place.path + ".reference"
        guard let form = ReferenceForm(text, in: table) else {
            return report(.referenceForm, at: path)
        }
        var target: String?
        switch form {
        case .fragment:
            guard let resource = place.scope.target(text) else {
                return report(.containedMissing, at: path)
            }
            target = resource["resourceType"]?.stringValue
        case .relative(let type, _), .conditional(let type): target = type
        case .absolute(let type):
            target = place.scope.target(text)?["resourceType"]?.stringValue ?? type
        case .unique:
            let resource = place.scope.target(text)
            target = resource?["resourceType"]?.stringValue
            if resource == nil, let bundle = place.scope.bundle, text.hasPrefix("urn:uuid:") {
                report(.notInBundle(isError: bundle.isClosed), at: path)
            }
        }
        guard let target else { return }
        if let said = node.value["type"]?.stringValue, said != target, table.type(said) != nil {
            report(.referenceType(target), at: place.path + ".type")
        }
        let allowed = targets(place.member.element.types)
        if !allowed.isEmpty, !allowed.contains(where: { table.isType(target, kindOf: $0) }) {
            report(.referenceTarget(target, allowed: allowed), at: path)
        }
    }

    /// The names of the types that references of an element may lead to; empty for all.
    func targets(_ types: [TypeReference]) -> [String] {
        let urls = types.filter { $0.code == "Reference" }.flatMap(\.targets)
        let names = urls.map { url in
            table.type(url: url)?.name ?? validator.profiles[url]?.type ?? "Resource"
        }
        return names.contains("Resource") ? [] : names
    }

    /// Checks an extension's URL and content, and its definition where that is known.
    mutating func `extension`(_ node: PathNode, _ place: Place) {
        let url = node.value["url"]?.stringValue ?? ""
        let hasValue = node.value.members.contains {
            $0.key.hasPrefix("value") || $0.key.hasPrefix("_value")
        }
        if hasValue == (node.value["extension"] != nil) {
            report(.extensionContent, at: place.path)
        }
        let isNested = place.member.path == "Extension.extension"
        guard !isNested, !url.isEmpty else { return }
        guard url.contains(":") else {
            return report(.relativeExtension, at: place.path + ".url")
        }
        guard level == .full else { return }
        if validator.profiles[url] != nil {
            profile(url, on: node, at: place.path, in: place.scope)
        } else {
            let isModifier = place.member.element.name == "modifierExtension"
            report(.unknownExtension(isModifier: isModifier), at: place.path)
        }
    }
}
