package import FHIRPath
package import FHIRViews

/// Runs a view over files of resources and writes the rows as they come.
///
/// Memory is bounded by one resource with its rows, and for Parquet by a row group.
package struct ViewExport {
    /// Takes the next bytes of the table.
    package typealias Sink = ([UInt8]) throws(AnalyticsError) -> Void

    /// Rows are handed on in pieces of about this size.
    private static let pieceByteCount = 1 << 16

    private let runner: ViewRunner
    private let sink: Sink
    private var encoder: any RowEncoder
    private var pending: [UInt8] = []
    /// Resources that were read, of any type.
    package private(set) var resourceCount = 0
    package private(set) var rowCount = 0

    package init(
        _ view: ViewDefinition, in environment: PathEnvironment, as format: RowFormat,
        to sink: @escaping Sink
    ) throws(AnalyticsError) {
        runner = ViewRunner(view, in: environment)
        encoder = try format.encoder(for: view, in: environment.table)
        self.sink = sink
    }

    /// Adds the rows of a file's resources.
    ///
    /// - Parameter isStopped: Is asked before each resource; true ends with an error.
    package mutating func add(
        _ file: ResourceFile, isStopped: () -> Bool = { false },
        progress: (_ resources: Int, _ rows: Int) -> Void = { _, _ in }
    ) throws(AnalyticsError) {
        try file.read { (resource, place) throws(AnalyticsError) in
            guard !isStopped() else { throw .stopped }
            let rows: [ViewRunner.Row]
            do throws(ViewError) { rows = try runner.rows(of: resource) } catch {
                throw .row(place, error)
            }
            resourceCount += 1
            for row in rows { try append(row, place) }
            progress(resourceCount, rowCount)
        }
    }

    /// Writes what is left; nothing may be added afterwards.
    package mutating func finish() throws(AnalyticsError) {
        pending += try encoder.finish()
        try flush()
    }

    private mutating func append(
        _ row: ViewRunner.Row, _ place: ResourcePlace
    ) throws(AnalyticsError) {
        do throws(AnalyticsError) { pending += try encoder.append(row) } catch {
            guard case .view(let reason) = error else { throw error }
            throw .row(place, reason)
        }
        rowCount += 1
        if pending.count >= Self.pieceByteCount { try flush() }
    }

    private mutating func flush() throws(AnalyticsError) {
        try sink(pending)
        pending.removeAll(keepingCapacity: true)
    }
}
