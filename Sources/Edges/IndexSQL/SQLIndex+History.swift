import Base
package import FHIRSearch

extension SQLIndex {
    package func history(_ request: HistoryRequest) throws(IndexError) -> HistoryPage {
        let after = try request.after.map { mark throws(IndexError) in
            guard let place = HistoryPosition(mark) else { throw .pageMark }
            return Int64(clamping: place.number)
        }
        return try engine.read(request.visible) { session throws(IndexError) in
            var typeNumber = CriterionCompiler.unknownSymbol
            if case .type(let type) = request.subject {
                typeNumber =
                    try symbols.numbers([type], session, engine.dialect)[type] ?? typeNumber
            }
            var builder = StatementBuilder(engine.dialect)
            let counted = conditions(request, typeNumber, &builder)
            let total = try session.rows(
                builder.statement("SELECT count(*) FROM version v WHERE \(counted)"))
            builder = StatementBuilder(engine.dialect)
            let paged = allOf([
                conditions(request, typeNumber, &builder),
                after.map { "v.seq < \(builder.bind($0))" },
            ])
            let rows = try session.rows(
                builder.statement(
                    "\(VersionRow.select) WHERE \(paged) ORDER BY v.seq DESC "
                        + "LIMIT \(request.count + 1)")
            ).map { VersionRow($0) }
            let page = rows.prefix(request.count)
            var versions: [StoredVersion] = []
            for row in page { versions.append(try row.version(codec)) }
            let last = rows.count > page.count ? page.last : nil
            return HistoryPage(
                versions: versions, total: Int(total.first?[0].integer ?? 0),
                next: last.map { HistoryPosition(UInt64(clamping: $0.seq)).mark })
        }
    }

    private func conditions(
        _ request: HistoryRequest, _ typeNumber: Int64, _ builder: inout StatementBuilder
    ) -> String {
        var conditions: [String?] = []
        switch request.subject {
        case .system: break
        case .type: conditions.append("v.type = \(builder.bind(typeNumber))")
        case .resource(let name):
            let (type, id) = (builder.bind(name.type), builder.bind(name.id))
            conditions.append(
                "v.resource = (SELECT id FROM resource WHERE type = \(type) AND name = \(id))")
        }
        conditions.append(builder.visible("v.scope", request.visible))
        if let since = request.since {
            conditions.append(
                "v.updated >= \(builder.bind(Int64(clamping: since.milliseconds)))")
        }
        if let until = request.until {
            conditions.append(
                "v.updated <= \(builder.bind(Int64(clamping: until.milliseconds)))")
        }
        return allOf(conditions)
    }
}
