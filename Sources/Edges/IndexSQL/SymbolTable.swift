import FHIRSearch
import Synchronization

/// The numbers of texts that stand in many rows; they never change once they are written.
final class SymbolTable: Sendable {
    private let known = Mutex<[String: Int64]>([:])

    /// So many are remembered; then they are read anew.
    private static let limit = 50_000

    /// Numbers that are remembered or in the database.
    func numbers(
        _ texts: Set<String>, _ session: any SQLSession, _ dialect: any SQLDialect
    ) throws(IndexError) -> [String: Int64] {
        var numbers = known.withLock { known in
            var found: [String: Int64] = [:]
            for text in texts { found[text] = known[text] }
            return found
        }
        let missing = texts.filter { numbers[$0] == nil }.sorted()
        guard !missing.isEmpty else { return numbers }
        for chunk in missing.chunks(of: StatementBuilder.listLimit) {
            var builder = StatementBuilder(dialect)
            let places = chunk.map { builder.bind($0) }.joined(separator: ", ")
            let statement = builder.statement(
                "SELECT id, text FROM symbol WHERE text IN (\(places))")
            for row in try session.rows(statement) { numbers[row[1].text] = row[0].integer }
        }
        remember(numbers)
        return numbers
    }

    /// Remembers numbers that are in the database for good.
    func remember(_ numbers: [String: Int64]) {
        known.withLock { known in
            if known.count + numbers.count > Self.limit { known = [:] }
            known.merge(numbers) { first, _ in first }
        }
    }
}

extension Array {
    /// The elements in pieces of at most so many.
    func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
