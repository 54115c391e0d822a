package import Encoding
package import FHIRPath

/// A ViewDefinition of SQL-on-FHIR v2, read and checked: how resources become rows.
///
/// Source: https://sql-on-fhir.org/ig/latest (StructureDefinition ViewDefinition).
package struct ViewDefinition: Sendable {
    /// A column of the rows.
    package struct Column: Sendable {
        package let name: String
        let path: CompiledPath
        /// True when the column holds a list of values.
        package let isCollection: Bool
        /// The type of FHIR that the view declares, such as `integer`; nil when it does not.
        let declaredType: String?
        /// The type of SQL that the view asks for by the tag `ansi/type`, in capitals.
        let databaseType: String?
    }

    /// How a selection goes from the items at hand to those that its rows are about.
    enum Iteration: Sendable {
        case none
        /// Each item that a path finds; a row without values for none when `orNull`.
        case each(CompiledPath, orNull: Bool)
        /// Each item that the paths find, and those that they find there again.
        case recursive([CompiledPath])
    }

    /// Columns, inner selections and branches that are put beside each other.
    struct Selection: Sendable {
        let iteration: Iteration
        let columns: [Column]
        let selections: [Selection]
        let branches: [Selection]

        /// All columns in the order of the rows.
        var allColumns: [Column] {
            columns + selections.flatMap(\.allColumns) + (branches.first?.allColumns ?? [])
        }
    }

    /// The resource type whose resources the view shows.
    package let resource: String
    /// Values of `%` variables.
    package let constants: [String: PathItem]
    let filters: [CompiledPath]
    let root: Selection
    /// The columns in the order of the rows.
    package let columns: [Column]

    /// - Throws: ``ViewError`` for a definition that is not complete or contradicts itself.
    package init(
        _ json: JSONValue, limits: ViewLimits = .standard
    ) throws(ViewError) {
        let reader = ViewReader(limits: limits)
        resource = try reader.text(json, "resource", "")
        constants = try reader.constants(json)
        filters = try reader.filters(json)
        let selections = try reader.list(json["select"], "select")
        guard !selections.isEmpty else {
            throw .shape(place: "select", expected: "a list of at least one selection")
        }
        var inner: [Selection] = []
        for (index, selection) in selections.enumerated() {
            inner.append(try reader.selection(selection, "select[\(index)]", depth: 1))
        }
        root = Selection(iteration: .none, columns: [], selections: inner, branches: [])
        columns = root.allColumns
        var names: Set<String> = []
        for column in columns where !names.insert(column.name).inserted {
            throw .duplicateColumn(column.name)
        }
    }
}
