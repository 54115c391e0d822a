package import Agent
package import Base
import Encoding
package import FHIRDefinitions
package import FHIRSearch
import FHIRTerminology
import HTTPServer

/// A FHIR R4 server over the records of one institution, under consent.
///
/// It is an agent of the institution: plaintext lives here and never in a node. What it shows was
/// decided by a node, counted and recorded there before it is sent. Calls block the thread and may
/// come from many threads at once.
package final class FHIRService: Sendable {
    let address: ServerAddress
    let table: DefinitionTable
    let index: any ResourceIndex
    let store: ResourceStore
    let rights: Rights
    let reading: ResourceReading
    let ledger: LedgerDesk
    let extractor: TermExtractor
    let terminology: Terminology
    let validation: ResourceValidation
    package let exports: BulkExports
    /// What clients are told of without asking; nil when the operator allows no endpoints.
    package let subscriptions: Subscriptions?
    let clock: @Sendable () -> Timestamp
    let random: any RandomSource

    /// What a service is made of.
    package struct Parts: Sendable {
        package let address: ServerAddress
        package let table: DefinitionTable
        package let index: any ResourceIndex
        package let port: any DeskPort
        package let desk: WritingDesk
        package let ledger: LedgerDesk
        package let policy: DeletionPolicy
        package let validation: ResourceValidation
        /// Where exports are written, sealed.
        package let exportFolder: String
        package let clock: @Sendable () -> Timestamp
        package let random: any RandomSource
        /// Where notifications may go; nil for nowhere.
        package var hooks: HookSettings?
        /// The client of an id, as the operator wrote it down.
        package var client: @Sendable (_ id: String) -> RegisteredClient? = { _ in nil }

        package init(
            address: ServerAddress, table: DefinitionTable, index: any ResourceIndex,
            port: any DeskPort, desk: WritingDesk, ledger: LedgerDesk, policy: DeletionPolicy,
            validation: ResourceValidation, exportFolder: String,
            clock: @escaping @Sendable () -> Timestamp,
            random: any RandomSource
        ) {
            (self.address, self.table, self.index) = (address, table, index)
            (self.port, self.desk, self.ledger, self.policy) = (port, desk, ledger, policy)
            (self.validation, self.exportFolder) = (validation, exportFolder)
            (self.clock, self.random) = (clock, random)
        }
    }

    /// Opens the service; what was on its way when it stopped is completed with
    /// ``complete(through:)``.
    package init(_ parts: Parts) throws(FHIRError) {
        (address, table, index) = (parts.address, parts.table, parts.index)
        (validation, clock, random) = (parts.validation, parts.clock, parts.random)
        terminology = Terminology(parts.table)
        (ledger, extractor) = (parts.ledger, TermExtractor(parts.table, base: parts.address.base))
        let scopes: ScopeRegistry
        do throws(IndexError) {
            scopes = try ScopeRegistry(index: parts.index)
        } catch { throw FHIRError(error) }
        rights = Rights(port: parts.port, scopes: scopes, clock: parts.clock)
        let subscriptions = parts.hooks.map { Subscriptions($0, parts) }
        self.subscriptions = subscriptions
        store = ResourceStore(
            index: parts.index, desk: parts.desk, extractor: extractor,
            scopes: scopes, policy: parts.policy, clock: parts.clock, random: parts.random,
            written: { subscriptions?.look() })
        reading = ResourceReading(index: parts.index, rights: rights, store: store)
        exports = BulkExports(
            index: parts.index, folder: parts.exportFolder,
            key: parts.desk.fileKey("export/1"), random: parts.random)
    }

    /// Completes writes that were on their way when the server stopped; call it before serving.
    package func complete(through reader: RecordReader) throws(FHIRError) -> Int {
        try store.complete(through: reader)
    }

    /// Answers a request; refusals are answers too.
    package func respond(to request: FHIRRequest, for caller: Caller) -> FHIRAnswer {
        do throws(FHIRError) {
            return try answer(request, for: caller)
        } catch {
            return FHIRAnswer(error)
        }
    }

    // MARK: Dispatch

    /// Finds the interaction by method and path (FHIR R4 §3.1.0).
    func answer(_ request: FHIRRequest, for caller: Caller) throws(FHIRError) -> FHIRAnswer {
        try AllowedMethods.require(request)
        let path = request.path
        let isRead = request.method == .get || request.method == .head
        guard let first = path.first else {
            return isRead
                ? try search(request, in: .system, for: caller) : try bundle(request, for: caller)
        }
        if first == "metadata", path.count == 1, isRead {
            return FHIRAnswer(200, Capability.statement(of: self))
        }
        if first == "_history", path.count == 1, isRead {
            return try history(.system, request, for: caller)
        }
        if first == "_search", path.count == 1, request.method == .post {
            return try search(form(request), in: .system, for: caller)
        }
        if first.hasPrefix("$") {
            return try operation(first, on: .system, request, for: caller)
        }
        if let answer = try subscriptionAnswer(request, for: caller) { return answer }
        if let answer = try ledgerAnswer(request, for: caller) { return answer }
        guard table.type(first)?.kind == .resource, table.type(first)?.isAbstract == false else {
            throw .unknownType(first)
        }
        switch path.count {
        case 1: return try typeLevel(first, request, for: caller)
        case 2 where path[1] == "_search" && request.method == .post:
            return try search(form(request), in: .type(first), for: caller)
        case 2 where path[1] == "_history" && isRead:
            return try history(.type(first), request, for: caller)
        case 2 where path[1].hasPrefix("$"):
            return try operation(path[1], on: .type(first), request, for: caller)
        default: break
        }
        let name = try name(first, path[1])
        switch path.count {
        case 2: return try instanceLevel(name, request, for: caller)
        case 3 where path[2] == "_history" && isRead:
            return try history(.resource(name), request, for: caller)
        case 3 where path[2].hasPrefix("$"):
            return try operation(path[2], on: .resource(name), request, for: caller)
        case 3 where isRead:
            return try search(request, in: .compartment(name, type: path[2]), for: caller)
        case 4 where path[2] == "_history" && isRead:
            guard let number = UInt64(path[3]) else { throw .notFound(name.text) }
            try caller.require(.read, first)
            return answer(
                200, showing: try reading.version(name, number, for: caller), request)
        case 4 where path[3] == "_search" && request.method == .post:
            return try search(form(request), in: .compartment(name, type: path[2]), for: caller)
        default:
            throw .notFound("resource")
        }
    }

    private func typeLevel(
        _ type: String, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        switch request.method {
        case .get, .head: return try search(request, in: .type(type), for: caller)
        case .post, .put, .patch, .delete: return try write(request, for: caller)
        case .options: throw AllowedMethods.refusal(request)
        }
    }

    private func instanceLevel(
        _ name: ResourceName, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        switch request.method {
        case .get, .head:
            try caller.require(.read, name.type)
            let version = try reading.current(name, for: caller)
            if request.headers["if-none-match"].flatMap(FHIRRequest.version) == version.number {
                return FHIRAnswer(304, headers: [("etag", "W/\"\(version.number)\"")])
            }
            return try answer(
                200, showing: version, request,
                as: Presentation(request, type: name.type))
        case .put, .patch, .delete: return try write(request, for: caller)
        case .post, .options: throw AllowedMethods.refusal(request)
        }
    }

    func name(_ type: String, _ id: String) throws(FHIRError) -> ResourceName {
        guard ResourceNames.isID(id) else {
            throw .invalid(
                "An id has 1 to 64 letters, digits, hyphens and dots.",
                "id 由 1 到 64 个字母、数字、连字符和点组成。")
        }
        return ResourceName(type: type, id: id)
    }

    /// A search whose parameters are in a form, together with those of the URL.
    func form(_ request: FHIRRequest) throws(FHIRError) -> FHIRRequest {
        var request = request
        guard let query = EntryRequest.query(String(decoding: request.body, as: UTF8.self)) else {
            throw .invalid(
                "The form has a broken escape.", "表单中的转义不正确。")
        }
        request.query += query
        request.body = []
        return request
    }

    /// Resource types that are offered here, ascending.
    var offeredTypes: [TypeDefinition] {
        table.types.filter {
            $0.kind == .resource && !$0.isAbstract
                && ($0.name != Subscriptions.type || subscriptions != nil)
        }
    }

    // MARK: Showing

    /// An answer that shows a version.
    func answer(
        _ status: Int, showing version: StoredVersion, _ request: FHIRRequest,
        as presentation: Presentation = Presentation(part: .whole)
    ) -> FHIRAnswer {
        var answer = FHIRAnswer(status)
        answer.headers = [
            ("etag", "W/\"\(version.number)\""),
            ("last-modified", HTTPDate.text(version.lastUpdated)),
            ("x-last-updated", version.lastUpdated.rfc3339),
        ]
        guard let body = version.body else { return answer }
        if presentation.part == .whole, request.parameter("_pretty") != "true" {
            answer.body = .bytes(body)
        } else if let value = try? JSONValue(parsing: body) {
            answer.body = .resource(presentation.apply(to: value, table))
        }
        return answer
    }
}
