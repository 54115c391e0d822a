import Base
package import FHIRSearch

extension SQLIndex {
    package func search(_ request: SearchRequest) throws(IndexError) -> SearchPage {
        let query = request.query
        let after = try request.after.map { mark throws(IndexError) in
            guard let position = PagePosition(mark, for: query.sort) else { throw .pageMark }
            return position
        }
        return try engine.read(request.visible) { session throws(IndexError) in
            let numbers = try symbols.numbers(query.symbols, session, engine.dialect)
            let compiler = QueryCompiler(
                dialect: engine.dialect, query: query, visible: request.visible,
                symbol: { numbers[$0] ?? CriterionCompiler.unknownSymbol })
            let start = try start(compiler, session)
            let total: Int? =
                query.wantsTotal
                ? Int(try session.rows(compiler.total(from: start)).first?[0].integer ?? 0) : nil
            guard query.summary != .count else {
                return SearchPage(matches: [], included: [], total: total, next: nil)
            }
            let rows = try session.rows(compiler.page(from: start, after: after))
            let page = rows.prefix(query.count).map { MatchRow($0, query.sort.count) }
            let includes = IncludeSearch(
                dialect: engine.dialect, query: query, visible: request.visible,
                numbers: numbers)
            let included = try includes.run(
                from: page.map { ($0.number, $0.position.name.type) }, session)
            return SearchPage(
                matches: try versions(page.map(\.number), session),
                included: try versions(included, session).sorted { $0.name < $1.name },
                total: total, next: rows.count > page.count ? page.last?.position.mark : nil)
        }
    }

    private static let fewEnough: Int64 = 100

    /// Where the search best starts: at what names the fewest resources.
    private func start(
        _ compiler: QueryCompiler, _ session: any SQLSession
    ) throws(IndexError) -> QueryCompiler.Start? {
        var best: (start: QueryCompiler.Start, count: Int64)?
        for start in compiler.starts {
            // Below so few, nothing is gained by looking further.
            let limit = best?.count ?? QueryCompiler.sourceLimit
            guard limit > Self.fewEnough else { break }
            if limit < QueryCompiler.sourceLimit, compiler.isDear(start) { continue }
            guard let statement = compiler.counting(start, upTo: limit) else { continue }
            let count = try session.rows(statement).first?[0].integer ?? 0
            if best == nil || count < limit { best = (start, count) }
        }
        guard let best else { return nil }
        // Unless everything is looked at anyway, walking in order is better than a long list.
        let needsAll = compiler.query.wantsTotal || !compiler.query.sort.isEmpty
        return needsAll || best.count < QueryCompiler.sourceLimit ? best.start : nil
    }

    /// Current versions in the order of their numbers in the list.
    private func versions(
        _ numbers: [Int64], _ session: any SQLSession
    ) throws(IndexError) -> [StoredVersion] {
        var found: [Int64: StoredVersion] = [:]
        for chunk in numbers.chunks(of: StatementBuilder.listLimit) {
            var builder = StatementBuilder(engine.dialect)
            let isOne = builder.isIn("r.id", Array(chunk))
            let statement = builder.statement(
                "\(VersionRow.select) WHERE \(isOne) AND v.number = r.version")
            for row in try session.rows(statement) {
                let row = VersionRow(row)
                found[row.resource] = try row.version(codec)
            }
        }
        return numbers.compactMap { found[$0] }
    }
}

/// A match: its number, and where it stands in the order.
private struct MatchRow {
    let number: Int64
    let position: PagePosition

    init(_ row: [SQLValue], _ sortCount: Int) {
        number = row[0].integer
        position = PagePosition(
            values: row.dropFirst(3).prefix(sortCount).map { SortValue($0) },
            name: ResourceName(type: row[1].text, id: row[2].text))
    }
}
