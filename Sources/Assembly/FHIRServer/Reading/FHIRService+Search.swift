import Agent
import Base
import Encoding
import FHIRDefinitions
import FHIRModel
import FHIRSearch
import FHIRTerminology

extension FHIRService {
    /// Where a search looks.
    enum SearchPlace: Hashable, Sendable {
        case system
        case type(String)
        /// A compartment; the type is `*` for all of them.
        case compartment(ResourceName, type: String)

        var type: String? {
            switch self {
            case .system: nil
            case .type(let type): type
            case .compartment(_, let type): type == "*" ? nil : type
            }
        }

        var compartment: ResourceName? {
            if case .compartment(let name, _) = self { name } else { nil }
        }

        /// The path below the base.
        var path: String {
            switch self {
            case .system: ""
            case .type(let type): type
            case .compartment(let name, let type): "\(name.text)/\(type)"
            }
        }
    }

    /// Parameters that say how an answer looks, not what is searched.
    private static let presenting: Set<String> = ["_format", "_pretty", "_page"]

    /// One page of a search.
    func search(
        _ request: FHIRRequest, in place: SearchPlace, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        if let type = place.type, table.type(type)?.kind != .resource { throw .unknownType(type) }
        let query = try query(
            request.query.filter { !Self.presenting.contains($0.name) }, in: place,
            strict: request.isStrict)
        let after = request.parameter("_page").map { PageMark(text: $0) }
        var search = SearchRequest(
            query: query, visible: try searchVisibility(place.type, for: caller))
        search.after = after
        let page: SearchPage
        do throws(IndexError) {
            page = try index.search(search)
        } catch { throw FHIRError(error) }
        // What is included is read, so the token must cover it too.
        let included = page.included.filter { caller.scopes.allows(.read, $0.name.type) }
        let shown = try reading.visible(page.matches + included, for: caller)
        let presentation = try Presentation(request, type: place.type)
        let isWhole = presentation.part == .whole && request.parameter("_pretty") != "true"
        var entries = BundleEntries(address: address)
        for (versions, mode) in [(page.matches, "match"), (included, "include")] {
            for version in versions where shown.contains(version.name) {
                if isWhole, let body = version.body {
                    entries.add(body, of: version, mode: mode)
                } else {
                    entries.add(
                        presentation.apply(to: try value(of: version), table).serialized(),
                        of: version, mode: mode)
                }
            }
        }
        if !query.ignored.isEmpty {
            entries.add(outcome: OperationOutcome.resource(query.ignored.map(Self.ignoredIssue)))
        }
        let frame = BundleAnswer.bundle(
            "searchset", id: store.freshID(), time: clock(), total: page.total,
            links: links(place, query, request, next: page.next), entries: [])
        return FHIRAnswer(200, body: .bytes(entries.inserted(into: frame)))
    }

    private func links(
        _ place: SearchPlace, _ query: SearchQuery, _ request: FHIRRequest, next: PageMark?
    ) -> [(relation: String, url: String)] {
        let parameters = query.selfParameters.map { (name: $0.name, value: $0.value) }
        let own = request.parameter("_page").map { [(name: "_page", value: $0)] } ?? []
        var links = [(relation: "self", url: address.url(place.path, parameters + own))]
        if request.parameter("_page") != nil {
            links.append(("first", address.url(place.path, parameters)))
        }
        if let next {
            links.append(
                ("next", address.url(place.path, parameters + [(name: "_page", value: next.text)])))
        }
        return links
    }

    private static func ignoredIssue(_ ignored: IgnoredParameter) -> JSONValue {
        OperationOutcome.issue("warning", "not-supported", ignored.reason.refusal)
    }

    /// What a caller may find: all types without a token's permission to search are left out.
    private func searchVisibility(
        _ type: String?, for caller: Caller
    ) throws(FHIRError) -> Visibility {
        try caller.require(.search, type ?? "*")
        return try rights.visibility(for: caller)
    }

    func query(
        _ parameters: [(name: String, value: String)], in place: SearchPlace, strict: Bool
    ) throws(FHIRError) -> SearchQuery {
        do throws(SearchError) {
            return try SearchQuery(
                parsing: parameters, type: place.type, compartment: place.compartment,
                table: table, base: address.base, strict: strict,
                terminology: searchTerminology)
        } catch {
            throw FHIRError(400, "invalid", error.refusal)
        }
    }

    /// The value sets that searches may ask about.
    private var searchTerminology: SearchTerminology {
        let terminology = terminology
        var known = SearchTerminology()
        known.expand = { url in
            (try? terminology.expand(url))?.codes.map {
                SearchTerminology.Code(system: $0.system, code: $0.code)
            }
        }
        return known
    }

    /// The resource of a version.
    func value(of version: StoredVersion) throws(FHIRError) -> JSONValue {
        guard let body = version.body, let value = try? JSONValue(parsing: body) else {
            throw .corrupt
        }
        return value
    }

    // MARK: Conditions

    /// What a condition finds among what the caller may see: at most two.
    func find(
        _ type: String, _ criteria: [(name: String, value: String)], for caller: Caller
    ) throws(FHIRError) -> [StoredVersion] {
        guard !criteria.isEmpty else { return [] }
        let query = try query(
            criteria + [(name: "_count", value: "2")], in: .type(type), strict: true)
        let visible = try rights.visibility(for: caller)
        do throws(IndexError) {
            return try index.search(SearchRequest(query: query, visible: visible)).matches
        } catch { throw FHIRError(error) }
    }

    /// The one resource that a reference such as `Patient?identifier=…` means.
    func target(
        ofConditional text: String, for caller: Caller
    ) throws(FHIRError) -> String {
        let parts = text.split(separator: "?", maxSplits: 1)
        guard parts.count == 2, let query = EntryRequest.query(parts[1]) else {
            throw .invalid("A conditional reference is broken.", "条件引用不正确。")
        }
        let type = String(parts[0])
        let matches = try find(type, query, for: caller)
        guard let match = matches.first, matches.count == 1 else {
            throw FHIRError(
                412, "not-found", "conditional-reference",
                "A conditional reference to \(type) finds "
                    + (matches.isEmpty ? "nothing" : "more than one resource")
                    + ". Create the resource first, or make the condition more specific.",
                "指向 \(type) 的条件引用\(matches.isEmpty ? "没有找到资源" : "找到多个资源")。"
                    + "请先创建该资源或使条件更精确。")
        }
        return match.name.text
    }
}
