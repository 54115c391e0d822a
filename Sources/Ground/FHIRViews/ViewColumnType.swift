package import FHIRDefinitions
import FHIRPath

/// What the values of a column are, for databases and files that want to know in advance.
package enum ViewColumnType: String, Hashable, Sendable {
    case boolean
    /// 32 bits: `integer`, `positiveInt` and `unsignedInt`.
    case integer
    case integer64
    case decimal
    /// A whole day, for columns that ask for it by the tag `ansi/type` with the value `DATE`.
    ///
    /// FHIR's own dates may lack the day and stay text.
    case date
    /// All else: texts as they are, structures as JSON.
    case string

    init(type: String) {
        switch type {
        case "boolean": self = .boolean
        case "integer", "positiveInt", "unsignedInt": self = .integer
        case "integer64": self = .integer64
        case "decimal": self = .decimal
        default: self = .string
        }
    }

    /// A type of SQL that a view's author may ask for; nil for those without a column of their own.
    init?(databaseType: String) {
        switch databaseType {
        case "BOOLEAN": self = .boolean
        case "INT", "INTEGER", "SMALLINT": self = .integer
        case "BIGINT": self = .integer64
        case "DECIMAL", "NUMERIC", "DOUBLE PRECISION", "REAL", "FLOAT": self = .decimal
        case "DATE": self = .date
        case "CHARACTER VARYING", "VARCHAR", "CHAR", "CHARACTER", "TEXT": self = .string
        default: return nil
        }
    }
}

extension ViewDefinition {
    /// The types of the columns, in their order.
    ///
    /// A column's tag `ansi/type` decides, then its `type`; without both, what the definitions say
    /// of its path, and text when they say nothing or branches differ.
    package func columnTypes(in table: DefinitionTable) throws(ViewError) -> [ViewColumnType] {
        var variables: [String: PathTypes] = ["rowIndex": .primitive("integer")]
        for (name, value) in constants { variables[name] = .value(value) }
        let typing = ViewTyping(table: table, variables: variables)
        return try typing.types(of: root, from: .resource(resource))
    }
}

/// Walks the selections of a view with the types of the items at hand.
private struct ViewTyping {
    /// How often `repeat` is followed before its types count as unknown.
    private static let repeatLimit = 16

    let table: DefinitionTable
    let variables: [String: PathTypes]

    func types(
        of selection: ViewDefinition.Selection, from source: PathTypes
    ) throws(ViewError) -> [ViewColumnType] {
        let items = after(selection.iteration, from: source)
        var types: [ViewColumnType] = []
        for column in selection.columns { types.append(try type(of: column, from: items)) }
        for inner in selection.selections { types += try self.types(of: inner, from: items) }
        var union: [ViewColumnType]?
        for branch in selection.branches {
            let others = try self.types(of: branch, from: items)
            union = union.map { zip($0, others).map { $0 == $1 ? $0 : .string } } ?? others
        }
        return types + (union ?? [])
    }

    private func type(
        of column: ViewDefinition.Column, from items: PathTypes
    ) throws(ViewError) -> ViewColumnType {
        if let declared = column.declaredType, table.type(declared) == nil,
            ViewColumnType(type: declared) == .string
        {
            throw .unknownType(column: column.name, type: declared)
        }
        if let asked = column.databaseType.flatMap({ ViewColumnType(databaseType: $0) }) {
            return asked
        }
        let type =
            column.declaredType
            ?? column.path.types(from: items, in: table, variables: variables).only
        return type.map { ViewColumnType(type: $0) } ?? .string
    }

    private func after(_ iteration: ViewDefinition.Iteration, from source: PathTypes) -> PathTypes {
        switch iteration {
        case .none: return source
        case .each(let path, _): return path.types(from: source, in: table, variables: variables)
        case .recursive(let paths):
            var found = step(paths, from: source)
            for _ in 0..<Self.repeatLimit {
                let next = found.union(step(paths, from: found))
                if next == found { return found }
                found = next
            }
            return .unknown
        }
    }

    /// What any of the paths finds.
    private func step(_ paths: [CompiledPath], from source: PathTypes) -> PathTypes {
        let types = paths.map { $0.types(from: source, in: table, variables: variables) }
        return types.dropFirst().reduce(types.first ?? .unknown) { $0.union($1) }
    }
}
