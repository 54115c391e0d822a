package import System

/// The structured log of a running node: what happened, never to whom.
///
/// A request's line has the route's template, not its path: paths may hold accounts.
package final class NodeLog: Sendable {
    let logger: Logger

    /// Writes to a file, or to standard error.
    package init(file: String?) throws(SystemError) {
        if let file {
            logger = try Logger.file(file)
        } else {
            logger = .standardError(minimum: .warning)
        }
    }

    func started(port: UInt16, height: UInt64) {
        logger.log(
            .info, "node.started", ["port": .unsigned(UInt64(port)), "height": .unsigned(height)])
    }

    func stopped(height: UInt64) {
        logger.log(.info, "node.stopped", ["height": .unsigned(height)])
    }

    /// - Parameter operation: the route's name in the description, such as `get-v1-zone`.
    func answered(_ operation: String, status: Int, microseconds: UInt64) {
        logger.log(
            status >= 500 ? .error : .info, "http.answered",
            [
                "operation": .name(operation), "status": .number(Int64(status)),
                "duration": .microseconds(microseconds),
            ])
    }
}
