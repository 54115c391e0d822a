package import Encoding
package import FHIRPath

/// Turns resources into the rows of a view.
package struct ViewRunner: Sendable {
    /// Values in the order of the columns; null where there is none.
    package typealias Row = [JSONValue]

    package let view: ViewDefinition
    private let environment: PathEnvironment
    private let limits: ViewLimits

    package init(
        _ view: ViewDefinition, in environment: PathEnvironment, limits: ViewLimits = .standard
    ) {
        (self.view, self.limits) = (view, limits)
        var environment = environment
        for (name, value) in view.constants { environment.variables[name] = [value] }
        self.environment = environment
    }

    /// The rows of one resource; none for other types and for what the filters leave out.
    package func rows(of resource: JSONValue) throws(ViewError) -> [Row] {
        guard resource["resourceType"]?.stringValue == view.resource else { return [] }
        let node = PathNode(resource: resource)
        var environment = environment
        environment.resource = node
        environment.rootResource = node
        for filter in view.filters {
            let found = try evaluate(filter, [.node(node)], environment)
            guard found.count <= 1 else { throw .filter(filter.text) }
            guard let item = found.first else { return [] }
            guard case .boolean(let holds)? = item.system else { throw .filter(filter.text) }
            if !holds { return [] }
        }
        return try rows(view.root, [.node(node)], at: 0, environment)
    }

    private func evaluate(
        _ path: CompiledPath, _ items: [PathItem], _ environment: PathEnvironment
    ) throws(ViewError) -> [PathItem] {
        do throws(PathError) {
            return try path.evaluate(on: items, in: environment)
        } catch {
            throw .path(path.text, error)
        }
    }

    // MARK: Selections

    /// The rows of a selection from the items at hand, of which the row has the index `index`.
    private func rows(
        _ selection: ViewDefinition.Selection, _ items: [PathItem], at index: Int,
        _ environment: PathEnvironment
    ) throws(ViewError) -> [Row] {
        switch selection.iteration {
        case .none: return try product(selection, items, at: index, environment)
        case .each(let path, let orNull):
            let found = try evaluate(path, items, environment)
            if found.isEmpty {
                return orNull ? try product(selection, [], at: 0, environment) : []
            }
            return try rows(selection, each: found, environment)
        case .recursive(let paths):
            var found: [PathItem] = []
            try collect(paths, items, &found, depth: 0, environment)
            return try rows(selection, each: found, environment)
        }
    }

    private func rows(
        _ selection: ViewDefinition.Selection, each items: [PathItem],
        _ environment: PathEnvironment
    ) throws(ViewError) -> [Row] {
        var rows: [Row] = []
        for (index, item) in items.enumerated() {
            rows += try product(selection, [item], at: index, environment)
            guard rows.count <= limits.rowsPerResource else { throw .limit }
        }
        return rows
    }

    /// Every item with those below it right behind it; JSON's own bound on depth ends this.
    private func collect(
        _ paths: [CompiledPath], _ items: [PathItem], _ found: inout [PathItem], depth: Int,
        _ environment: PathEnvironment
    ) throws(ViewError) {
        guard depth <= JSONLimits.standard.depth else { throw .limit }
        for path in paths {
            for item in try evaluate(path, items, environment) {
                found.append(item)
                guard found.count <= limits.rowsPerResource else { throw .limit }
                try collect(paths, [item], &found, depth: depth + 1, environment)
            }
        }
    }

    /// Every combination of the columns, the rows of inner selections and those of the branches.
    private func product(
        _ selection: ViewDefinition.Selection, _ items: [PathItem], at index: Int,
        _ environment: PathEnvironment
    ) throws(ViewError) -> [Row] {
        var environment = environment
        environment.variables["rowIndex"] = [.integer(Int64(index))]
        var first: Row = []
        for column in selection.columns {
            first.append(try value(of: column, items, environment))
        }
        var rows = [first]
        for inner in selection.selections {
            let others = try self.rows(inner, items, at: index, environment)
            rows = try combined(rows, others)
        }
        guard !selection.branches.isEmpty else { return rows }
        var union: [Row] = []
        for branch in selection.branches {
            union += try self.rows(branch, items, at: index, environment)
        }
        return try combined(rows, union)
    }

    private func combined(_ rows: [Row], _ others: [Row]) throws(ViewError) -> [Row] {
        let (count, overflow) = rows.count.multipliedReportingOverflow(by: others.count)
        guard !overflow, count <= limits.rowsPerResource else { throw .limit }
        return rows.flatMap { row in others.map { row + $0 } }
    }

    private func value(
        of column: ViewDefinition.Column, _ items: [PathItem], _ environment: PathEnvironment
    ) throws(ViewError) -> JSONValue {
        let found = try evaluate(column.path, items, environment)
        if column.isCollection { return .array(found.compactMap(\.json)) }
        guard found.count <= 1 else { throw .severalValues(column: column.name) }
        return found.first?.json ?? .null
    }
}
