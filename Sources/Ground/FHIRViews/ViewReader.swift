import Encoding
import FHIRPath

/// Reads the parts of a ViewDefinition and checks their forms.
struct ViewReader {
    let limits: ViewLimits

    func text(_ json: JSONValue, _ name: String, _ place: String) throws(ViewError) -> String {
        guard let text = json[name]?.stringValue, !text.isEmpty else {
            throw .shape(place: Self.joined(place, name), expected: "a text")
        }
        return text
    }

    /// A list of objects; empty when it is missing.
    func list(_ json: JSONValue?, _ place: String) throws(ViewError) -> [JSONValue] {
        guard let json else { return [] }
        guard case .array(let elements) = json, elements.allSatisfy(Self.isObject) else {
            throw .shape(place: place, expected: "a list of objects")
        }
        return elements
    }

    private static func isObject(_ json: JSONValue) -> Bool {
        if case .object = json { true } else { false }
    }

    private static func joined(_ place: String, _ name: String) -> String {
        place.isEmpty ? name : "\(place).\(name)"
    }

    private func path(_ json: JSONValue, _ place: String) throws(ViewError) -> CompiledPath {
        guard let text = json.stringValue else {
            throw .shape(place: place, expected: "an expression of FHIRPath")
        }
        do throws(PathError) {
            return try CompiledPath(text)
        } catch {
            throw .path(text, error)
        }
    }

    /// A name that databases take: a letter, then letters, digits and underscores.
    private func name(_ json: JSONValue, _ place: String) throws(ViewError) -> String {
        let name = try text(json, "name", place)
        let isName = name.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A: true
            case 0x30...0x39, 0x5F: index > 0
            default: false
            }
        }
        guard isName else {
            throw .shape(
                place: "\(place).name", expected: "a letter, then letters, digits or underscores")
        }
        return name
    }

    // MARK: Parts

    func constants(_ json: JSONValue) throws(ViewError) -> [String: PathItem] {
        var constants: [String: PathItem] = [:]
        for (index, constant) in try list(json["constant"], "constant").enumerated() {
            let place = "constant[\(index)]"
            let name = try name(constant, place)
            let values = constant.members.filter { $0.key.hasPrefix("value") }
            guard values.count == 1, let value = values.first else {
                throw .shape(place: place, expected: "a name with one value")
            }
            let suffix = value.key.dropFirst("value".count)
            let type = (suffix.first?.lowercased() ?? "") + suffix.dropFirst()
            let node = PathNode(value: value.value, type: type, contentPath: type)
            constants[name] = PathItem.node(node).system ?? .node(node)
        }
        return constants
    }

    func filters(_ json: JSONValue) throws(ViewError) -> [CompiledPath] {
        var filters: [CompiledPath] = []
        for (index, filter) in try list(json["where"], "where").enumerated() {
            filters.append(try path(filter["path"] ?? .null, "where[\(index)].path"))
        }
        return filters
    }

    func selection(
        _ json: JSONValue, _ place: String, depth: Int
    ) throws(ViewError) -> ViewDefinition.Selection {
        guard depth <= limits.depth else { throw .limit }
        var columns: [ViewDefinition.Column] = []
        for (index, column) in try list(json["column"], "\(place).column").enumerated() {
            columns.append(try self.column(column, "\(place).column[\(index)]"))
        }
        let inner = try selections(json["select"], "\(place).select", depth)
        let branches = try selections(json["unionAll"], "\(place).unionAll", depth)
        let names = branches.map { $0.allColumns.map(\.name) }
        guard names.allSatisfy({ $0 == names.first }) else {
            throw .differentColumns(place: "\(place).unionAll")
        }
        guard !columns.isEmpty || !inner.isEmpty || !branches.isEmpty else {
            throw .shape(place: place, expected: "a selection with columns")
        }
        return ViewDefinition.Selection(
            iteration: try iteration(json, place), columns: columns, selections: inner,
            branches: branches)
    }

    private func selections(
        _ json: JSONValue?, _ place: String, _ depth: Int
    ) throws(ViewError) -> [ViewDefinition.Selection] {
        var selections: [ViewDefinition.Selection] = []
        for (index, selection) in try list(json, place).enumerated() {
            selections.append(
                try self.selection(selection, "\(place)[\(index)]", depth: depth + 1))
        }
        return selections
    }

    private func column(
        _ json: JSONValue, _ place: String
    ) throws(ViewError) -> ViewDefinition.Column {
        let collection = json["collection"]
        guard collection == nil || collection?.boolValue != nil else {
            throw .shape(place: "\(place).collection", expected: "true or false")
        }
        return ViewDefinition.Column(
            name: try name(json, place),
            path: try path(json["path"] ?? .null, "\(place).path"),
            isCollection: collection?.boolValue ?? false,
            declaredType: try declaredType(json, place),
            databaseType: try databaseType(json, place))
    }

    /// Where types of FHIR and of FHIRPath are defined, when a view names them in full.
    private static let typePrefixes = [
        "http://hl7.org/fhir/StructureDefinition/", "http://hl7.org/fhirpath/System.",
    ]

    private func declaredType(_ json: JSONValue, _ place: String) throws(ViewError) -> String? {
        guard json["type"] != nil else { return nil }
        let name = try text(json, "type", place)
        for prefix in Self.typePrefixes where name.hasPrefix(prefix) {
            let type = name.dropFirst(prefix.count)
            let isSystem = prefix.hasSuffix(".")
            return isSystem ? type.prefix(1).lowercased() + type.dropFirst() : String(type)
        }
        return name
    }

    private func databaseType(_ json: JSONValue, _ place: String) throws(ViewError) -> String? {
        for (index, tag) in try list(json["tag"], "\(place).tag").enumerated() {
            let tagPlace = "\(place).tag[\(index)]"
            let (name, value) = (
                try text(tag, "name", tagPlace), try text(tag, "value", tagPlace)
            )
            if name == "ansi/type" { return value.uppercased() }
        }
        return nil
    }

    private func iteration(
        _ json: JSONValue, _ place: String
    ) throws(ViewError) -> ViewDefinition.Iteration {
        let names = ["forEach", "forEachOrNull", "repeat"].filter { json[$0] != nil }
        guard let name = names.first else { return .none }
        guard names.count == 1 else {
            throw .shape(
                place: place, expected: "one of forEach, forEachOrNull and repeat, not several")
        }
        let value = json[name] ?? .null
        guard name == "repeat" else {
            return .each(
                try path(value, "\(place).\(name)"), orNull: name == "forEachOrNull")
        }
        guard case .array(let elements) = value, !elements.isEmpty else {
            throw .shape(place: "\(place).repeat", expected: "a list of expressions")
        }
        var paths: [CompiledPath] = []
        for element in elements { paths.append(try path(element, "\(place).repeat")) }
        return .recursive(paths)
    }
}
