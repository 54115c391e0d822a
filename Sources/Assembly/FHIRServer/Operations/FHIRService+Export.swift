import Base
import Encoding
import FHIRDefinitions
import FHIRSearch

extension FHIRService {
    /// Starts an export (Bulk Data Access 2.0): `$export` of the system, of Patient or of a Group.
    func export(
        on place: OperationPlace, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        guard request.isAsynchronous else {
            throw .invalid(
                "An export needs the header Prefer: respond-async.",
                "导出需要请求头 Prefer: respond-async。")
        }
        try caller.require(.search, "*")
        let subject: ExportJob.Subject
        switch place {
        case .system: subject = .system
        case .type("Patient"): subject = .patients
        case .resource(let name) where name.type == "Group":
            _ = try reading.current(name, for: caller)
            subject = .group(name.id)
        default: throw .unsupported("An export of this", "此类导出")
        }
        let format = request.parameter("_outputFormat") ?? "ndjson"
        guard format.contains("ndjson") else {
            throw .invalid("_outputFormat must be ndjson.", "_outputFormat 必须是 ndjson。")
        }
        let job = ExportJob(
            id: store.freshID(), caller: caller,
            request: address.url(request.path.joined(separator: "/"), request.query),
            started: clock(), since: try instant("_since", request), subject: subject,
            types: try exportedTypes(request, subject))
        return try exports.kickOff(job, address)
    }

    private func exportedTypes(
        _ request: FHIRRequest, _ subject: ExportJob.Subject
    ) throws(FHIRError) -> [String] {
        let all = table.types.filter { $0.kind == .resource && !$0.isAbstract }.map(\.name)
        var known = Set(all)
        if subject != .system {
            let members = table.compartments.first { $0.code == "Patient" }?.members ?? []
            known = Set(members.filter { !$0.parameters.isEmpty }.map(\.resource) + ["Patient"])
        }
        guard let text = request.parameter("_type") else { return known.sorted() }
        let wanted = text.split(separator: ",").map(String.init)
        for type in wanted where !known.contains(type) { throw .unknownType(type) }
        return wanted
    }

    /// One page of an export: lines, and how many.
    func exportPage(
        _ type: String, _ job: ExportJob, count: Int
    ) throws(FHIRError) -> (lines: [UInt8], count: Int, next: PageMark?) {
        var parameters = [(name: "_count", value: String(count))]
        if let since = job.since {
            parameters.append((name: "_lastUpdated", value: "ge" + since.rfc3339))
        }
        if case .group(let id) = job.subject {
            parameters.append(
                (
                    name: type == "Patient"
                        ? "_has:Group:member:_id" : "patient:Patient._has:Group:member:_id",
                    value: id
                ))
        }
        let query = try query(parameters, in: .type(type), strict: true)
        var search = SearchRequest(query: query, visible: try rights.visibility(for: job.caller))
        search.after = job.after
        let page: SearchPage
        do throws(IndexError) { page = try index.search(search) } catch { throw FHIRError(error) }
        let shown = try reading.visible(page.matches, for: job.caller)
        var lines: [UInt8] = []
        var count = 0
        for version in page.matches where shown.contains(version.name) {
            guard let body = version.body else { continue }
            lines += body
            lines.append(UInt8(ascii: "\n"))
            count += 1
        }
        return (lines, count, page.next)
    }
}
