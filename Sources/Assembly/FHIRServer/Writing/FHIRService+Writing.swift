import Agent
import Base
import Encoding
import FHIRDefinitions
import FHIRModel
import FHIRSearch
import HTTPServer

extension FHIRService {
    /// What a write comes to once its conditions are looked at.
    enum Resolved {
        case order(WriteOrder)
        /// What was to be created is there already.
        case existing(StoredVersion)
        /// What was to be deleted is not there.
        case absent
    }

    /// One create, update, patch or delete.
    func write(_ request: FHIRRequest, for caller: Caller) throws(FHIRError) -> FHIRAnswer {
        let names = try lockNames(request, for: caller)
        return try store.holding(names) { () throws(FHIRError) -> FHIRAnswer in
            switch try resolve(request, for: caller) {
            case .absent: return FHIRAnswer(204)
            case .existing(let version):
                return try answer(existing: version, request, for: caller)
            case .order(let order):
                try requireHeld(order, names)
                let results = try store.write([order])
                guard let result = results.first else { return FHIRAnswer(204) }
                return answer(to: result, request)
            }
        }
    }

    /// The answer to a create that found its resource there: a read, decided and recorded.
    func answer(
        existing version: StoredVersion, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        guard caller.scopes.allows(.read, version.name.type),
            try !reading.visible([version], for: caller).isEmpty
        else { return FHIRAnswer(200) }
        return answer(200, showing: version, request)
    }

    /// What must be held so that a write's conditions stay true: the resource, and for conditions
    /// on others the type.
    func lockNames(_ request: FHIRRequest, for caller: Caller) throws(FHIRError) -> Set<String> {
        guard let type = request.path.first else { return [] }
        if request.path.count >= 2 { return [request.path.prefix(2).joined(separator: "/")] }
        var names: Set<String> = []
        let isConditional = request.method != .post || request.headers["if-none-exist"] != nil
        if isConditional {
            names.insert(type + "?")
            for match in try find(type, request.method == .post ? [] : request.query, for: caller) {
                names.insert(match.name.text)
            }
            if request.method == .put, let id = (try? request.json())?["id"]?.stringValue {
                names.insert(type + "/" + id)
            }
        }
        return names
    }

    /// Refuses an order for a resource that is not held: a condition found another one meanwhile.
    ///
    /// An id that was just made is nobody else's.
    func requireHeld(_ order: WriteOrder, _ names: Set<String>) throws(FHIRError) {
        guard names.contains(order.name.text) || order.condition == .absent else {
            throw .conflict
        }
    }

    /// Looks at the conditions of a write; nothing is written yet.
    func resolve(_ request: FHIRRequest, for caller: Caller) throws(FHIRError) -> Resolved {
        guard let type = request.path.first, table.type(type)?.kind == .resource else {
            throw .unknownType(request.path.first ?? "")
        }
        try requireRecord(type)
        guard request.path.count <= 2 else { throw AllowedMethods.refusal(request) }
        let id = request.path.count == 2 ? request.path[1] : nil
        switch request.method {
        case .post:
            try caller.require(.create, type)
            guard id == nil else { throw AllowedMethods.refusal(request) }
            return try create(type, request, for: caller)
        case .put:
            try caller.require(.update, type)
            return try update(type, id, request, for: caller)
        case .patch:
            try caller.require(.update, type)
            return try patch(type, id, request, for: caller)
        case .delete:
            try caller.require(.delete, type)
            return try delete(type, id, request, for: caller)
        case .get, .head, .options: throw AllowedMethods.refusal(request)
        }
    }

    /// Refuses types that are no records: what is on the ledger, and Subscriptions.
    func requireRecord(_ type: String) throws(FHIRError) {
        guard type != Subscriptions.type, !Self.ledgerTypes.contains(type) else {
            throw .noRecord(type)
        }
    }

    // MARK: Interactions

    private func create(
        _ type: String, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> Resolved {
        if let text = request.headers["if-none-exist"] {
            let query = text.split(separator: "?", maxSplits: 1).last ?? ""
            guard let criteria = EntryRequest.query(query), !criteria.isEmpty else {
                throw .invalid(
                    "If-None-Exist must be search parameters, such as identifier=system|value.",
                    "If-None-Exist 必须是检索参数，例如 identifier=system|value。")
            }
            let matches = try find(type, criteria, for: caller)
            guard matches.count <= 1 else { throw .manyMatches(type) }
            if let match = matches.first { return .existing(match) }
        }
        let resource = try resource(request, type)
        return .order(
            WriteOrder(
                name: ResourceName(type: type, id: store.freshID()), change: .put(resource),
                condition: .absent))
    }

    private func update(
        _ type: String, _ id: String?, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> Resolved {
        let resource = try resource(request, type)
        let own = resource["id"]?.stringValue
        if let id {
            let name = try name(type, id)
            guard own == id else {
                throw .invalid(
                    "The resource's id must be that of the URL, `\(id)`.",
                    "资源的 id 必须与 URL 中的 `\(id)` 一致。", at: "\(type).id")
            }
            return .order(
                WriteOrder(
                    name: name, change: .put(resource), condition: try condition(request)))
        }
        let matches = try find(type, request.query, for: caller)
        guard matches.count <= 1 else { throw .manyMatches(type) }
        if let match = matches.first {
            guard own == nil || own == match.name.id else {
                throw .invalid(
                    "The resource's id is not that of the resource which the condition finds.",
                    "资源的 id 与条件所找到的资源不一致。", at: "\(type).id")
            }
            return .order(
                WriteOrder(
                    name: match.name, change: .put(resource),
                    condition: try request.expectedVersion().map { .version($0) }
                        ?? .version(match.number)))
        }
        let fresh = try own.map { (id) throws(FHIRError) in try name(type, id) }
        return .order(
            WriteOrder(
                name: fresh ?? ResourceName(type: type, id: store.freshID()),
                change: .put(resource), condition: .absent))
    }

    private func patch(
        _ type: String, _ id: String?, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> Resolved {
        let current = try target(type, id, request, for: caller)
        guard let current else { throw .notFound(type) }
        // A patch shows what it changes, so it is a read too: decided and recorded.
        try caller.require(.read, type)
        _ = try reading.shown(current, current.name, caller)
        guard let body = current.body, let value = try? JSONValue(parsing: body),
            current.method != .delete
        else { throw ResourceReading.gone(current.name) }
        if let expected = try request.expectedVersion(), expected != current.number {
            throw .conflict
        }
        let patched = try ResourcePatch.apply(request, to: value, table, now: clock())
        guard patched["id"] == value["id"], patched["resourceType"] == value["resourceType"] else {
            throw .unprocessable(
                "A patch may change neither the id nor the type.", "补丁不能更改 id 或类型。",
                at: "\(type).id")
        }
        try validation.require(patched, type: type)
        return .order(
            WriteOrder(
                name: current.name, change: .put(patched), condition: .version(current.number)))
    }

    private func delete(
        _ type: String, _ id: String?, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> Resolved {
        guard let current = try target(type, id, request, for: caller),
            current.method != .delete
        else { return .absent }
        return .order(
            WriteOrder(name: current.name, change: .delete, condition: try condition(request)))
    }

    // MARK: Steps

    /// The resource that a URL or a condition names; nil when there is none.
    private func target(
        _ type: String, _ id: String?, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> StoredVersion? {
        if let id {
            let name = try name(type, id)
            do throws(IndexError) { return try index.current(name) } catch {
                throw FHIRError(error)
            }
        }
        let matches = try find(type, request.query, for: caller)
        guard matches.count <= 1 else { throw .manyMatches(type) }
        return matches.first
    }

    private func condition(_ request: FHIRRequest) throws(FHIRError) -> WriteOrder.Condition {
        if request.headers["if-none-match"] == "*" { return .absent }
        return try request.expectedVersion().map { .version($0) } ?? .none
    }

    /// The body as a valid resource of the URL's type.
    private func resource(
        _ request: FHIRRequest, _ type: String
    ) throws(FHIRError) -> JSONValue {
        let value = try request.json()
        guard value["resourceType"]?.stringValue == type else {
            throw .invalid(
                "The resource must be a \(type), as the URL says.", "资源必须如 URL 所示为 \(type)。",
                at: "resourceType")
        }
        try validation.require(value, type: type)
        return value
    }

    /// The answer to a write.
    func answer(to result: WriteResult, _ request: FHIRRequest) -> FHIRAnswer {
        let version = result.version
        if request.method == .delete {
            return FHIRAnswer(
                204, headers: [("etag", "W/\"\(version.number)\"")])
        }
        var answer = self.answer(
            result.wasCreated ? 201 : 200, showing: version, request)
        if result.wasCreated {
            answer.headers.append(("location", address.url(version)))
        }
        switch request.wantedReturn {
        case .minimal: answer.body = .none
        case .representation: break
        case .outcome:
            answer.body = .resource(
                OperationOutcome.done(
                    "\(version.name.text) is final on the chain.", "\(version.name.text) 已在链上确认。"
                ))
        }
        return answer
    }
}
