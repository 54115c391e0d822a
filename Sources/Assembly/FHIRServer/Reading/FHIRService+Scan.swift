import Encoding
import FHIRSearch

extension FHIRService {
    /// The answer to a search of a few resources that are in no index: all of what the caller may
    /// see of the type.
    func scanned(
        _ type: String, _ versions: [StoredVersion], _ request: FHIRRequest
    ) throws(FHIRError) -> FHIRAnswer {
        let query = try query(
            request.query.filter { !["_format", "_pretty", "_page"].contains($0.name) },
            in: .type(type), strict: request.isStrict)
        var changes: [IndexChange] = []
        for version in versions {
            changes.append(
                .put(version, extractor.terms(of: try value(of: version), type: type)))
        }
        let scan = ScanIndex()
        let page: SearchPage
        do throws(IndexError) {
            try scan.write(changes)
            page = try scan.search(
                SearchRequest(
                    query: query, visible: .everything,
                    after: request.parameter("_page").map { PageMark(text: $0) }))
        } catch { throw FHIRError(error) }
        var entries = BundleEntries(address: address)
        for version in page.matches {
            if let body = version.body { entries.add(body, of: version, mode: "match") }
        }
        let parameters = query.selfParameters.map { (name: $0.name, value: $0.value) }
        var links = [(relation: "self", url: address.url(type, parameters))]
        if let next = page.next {
            links.append(
                ("next", address.url(type, parameters + [(name: "_page", value: next.text)])))
        }
        let frame = BundleAnswer.bundle(
            "searchset", id: store.freshID(), time: clock(), total: page.total, links: links,
            entries: [])
        return FHIRAnswer(200, body: .bytes(entries.inserted(into: frame)))
    }
}
