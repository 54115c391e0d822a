import Base
import Encoding
import FHIRModel
import FHIRSearch
import HTTPServer

/// Subscriptions over REST: each belongs to the client that made it.
extension FHIRService {
    /// Bytes of a Subscription.
    private static let subscriptionLimit = 64 << 10

    /// Answers a request about Subscriptions; nil when the request is about something else.
    func subscriptionAnswer(
        _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer? {
        let path = request.path
        guard path.first == Subscriptions.type, path.last?.hasPrefix("$") != true else {
            return nil
        }
        guard let hooks = subscriptions else { throw .hooksOff }
        switch (request.method, path.count) {
        case (.get, 1), (.head, 1): return try searchSubscriptions(request, hooks, caller)
        case (.post, 2) where path[1] == "_search":
            return try searchSubscriptions(form(request), hooks, caller)
        case (.post, 1): return try createSubscription(request, hooks, caller)
        case (.get, 2), (.head, 2):
            try caller.requireScope(.read, Subscriptions.type)
            let (kept, isOwner) = try subscription(path[1], hooks, caller)
            return answer(200, showing: kept, isOwner)
        case (.put, 2): return try updateSubscription(request, hooks, caller)
        case (.delete, 2):
            try caller.requireScope(.delete, Subscriptions.type)
            let (kept, _) = try subscription(path[1], hooks, caller)
            try hooks.store.remove(kept.id)
            return FHIRAnswer(204)
        default: throw Self.subscriptionRefusal(request)
        }
    }

    /// Refuses an interaction that Subscriptions do not have.
    private static func subscriptionRefusal(_ request: FHIRRequest) -> FHIRError {
        let isAtAddress = request.path.count <= 2 && request.path.last?.hasPrefix("_") != true
        var error = FHIRError(
            isAtAddress ? 405 : 404, "not-supported", "subscription-interaction",
            "Subscriptions are created, read, searched, replaced with PUT, and deleted, by their "
                + "id and without conditions.",
            "Subscription 支持按 id 创建、读取、检索、以 PUT 替换和删除，不支持条件操作。")
        if isAtAddress {
            error.allowed = [.get, .head] + (request.path.count == 1 ? [.post] : [.put, .delete])
        }
        return error
    }

    // MARK: Interactions

    private func searchSubscriptions(
        _ request: FHIRRequest, _ hooks: Subscriptions, _ caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        try caller.requireScope(.search, Subscriptions.type)
        var versions: [StoredVersion] = []
        for kept in try hooks.store.all() {
            guard let isOwner = standing(of: caller, to: kept, hooks) else { continue }
            versions.append(kept.version(hidesSecrets: !isOwner))
        }
        return try scanned(Subscriptions.type, versions, request)
    }

    private func createSubscription(
        _ request: FHIRRequest, _ hooks: Subscriptions, _ caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        try caller.requireScope(.create, Subscriptions.type)
        guard request.headers["if-none-exist"] == nil else {
            throw .unprocessable(
                "A Subscription is created without conditions; leave out If-None-Exist.",
                "Subscription 不支持条件创建；请去掉 If-None-Exist。")
        }
        let content = try subscriptionContent(request)
        let order = try HookOrder(content, service: self, settings: hooks.settings)
        let kept = KeptSubscription(
            id: store.freshID(), owner: caller, content: content,
            status: try status(content, order, caller), updated: clock())
        try hooks.store.add(kept, try newestCursor(for: order, caller))
        if kept.status == .active { hooks.want(kept) }
        var answer = answer(201, showing: kept, true)
        answer.headers.append(("location", address.base + "/\(Subscriptions.type)/\(kept.id)"))
        return answer
    }

    private func updateSubscription(
        _ request: FHIRRequest, _ hooks: Subscriptions, _ caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        try caller.requireScope(.update, Subscriptions.type)
        let (former, isOwner) = try subscription(request.path[1], hooks, caller)
        if let expected = try request.expectedVersion(), expected != former.number {
            throw .conflict
        }
        let content = try subscriptionContent(request)
        guard content["id"]?.stringValue == former.id else {
            throw .invalid(
                "The resource's id must be that of the URL.", "资源的 id 必须与 URL 一致。",
                at: "Subscription.id")
        }
        guard isOwner else {
            guard content["status"]?.stringValue == "off" else { throw .subscriptionOfAnother }
            return try replace(former, with: former.next(.off, at: clock()), nil, hooks, isOwner)
        }
        let order = try HookOrder(content, service: self, settings: hooks.settings)
        var next = former.next(try status(content, order, caller), at: clock())
        (next.content, next.owner) = (content, caller)
        // What was off or has other criteria starts anew; all else goes on where it was, so that
        // nothing is missed after an error.
        let startsAnew =
            former.status == .off || former.content["criteria"] != content["criteria"]
        let cursor = startsAnew ? try newestCursor(for: order, caller) : nil
        return try replace(former, with: next, cursor, hooks, isOwner)
    }

    private func replace(
        _ former: KeptSubscription, with next: KeptSubscription, _ cursor: HookCursor?,
        _ hooks: Subscriptions, _ isOwner: Bool
    ) throws(FHIRError) -> FHIRAnswer {
        guard try hooks.store.replace(next, cursor) else { throw .conflict }
        if next.status == .active { hooks.want(next) }
        return answer(200, showing: next, isOwner)
    }

    // MARK: Steps

    /// A subscription that the caller may see, and whether it is the caller's own.
    private func subscription(
        _ id: String, _ hooks: Subscriptions, _ caller: Caller
    ) throws(FHIRError) -> (KeptSubscription, isOwner: Bool) {
        let name = try name(Subscriptions.type, id)
        guard let kept = try hooks.store.find(name.id),
            let isOwner = standing(of: caller, to: kept, hooks)
        else { throw .notFound(name.text) }
        return (kept, isOwner)
    }

    /// Whether a subscription is the caller's own; nil when the caller may not see it.
    private func standing(
        of caller: Caller, to kept: KeptSubscription, _ hooks: Subscriptions
    ) -> Bool? {
        if kept.owner.account == caller.account, kept.owner.client == caller.client { return true }
        return caller.account == hooks.institution ? false : nil
    }

    private func subscriptionContent(_ request: FHIRRequest) throws(FHIRError) -> JSONValue {
        guard request.body.count <= Self.subscriptionLimit else {
            throw FHIRError(
                413, "too-long", "subscription-size",
                "A Subscription has at most \(Self.subscriptionLimit >> 10) KiB.",
                "Subscription 最大 \(Self.subscriptionLimit >> 10) KiB。")
        }
        let content = try request.json()
        guard content["resourceType"]?.stringValue == Subscriptions.type else {
            throw .invalid(
                "The resource must be a Subscription, as the URL says.",
                "资源必须如 URL 所示为 Subscription。", at: "resourceType")
        }
        try validation.require(content, type: Subscriptions.type)
        return content
    }

    /// The status that follows from the one that is wished, once everything was checked.
    private func status(
        _ content: JSONValue, _ order: HookOrder, _ caller: Caller
    ) throws(FHIRError) -> KeptSubscription.Status {
        guard caller.purpose != .emergency else {
            throw .unprocessable(
                "An emergency is no standing reason. Subscribe for another purpose "
                    + "(X-Purpose-Of-Use), such as TREAT.",
                "急救不能作为持续目的。请以其他目的（X-Purpose-Of-Use）订阅，例如 TREAT。")
        }
        // Whoever is told of a type must be allowed to look for it and read it.
        try caller.requireScope(.search, order.type)
        try caller.requireScope(.read, order.type)
        switch content["status"]?.stringValue {
        case "off": return .off
        case "requested":
            guard order.end.map({ $0 > clock() }) ?? true else {
                throw .unprocessable(
                    "The end is over; choose a later one or leave it out.",
                    "end 已过；请选择更晚的时刻或省略。", at: "Subscription.end")
            }
            return .active
        default:
            throw .unprocessable(
                "Send the status requested, or off to pause; the server sets the others.",
                "status 请填 requested，或填 off 暂停；其余状态由服务器设置。",
                at: "Subscription.status")
        }
    }

    private func answer(
        _ status: Int, showing kept: KeptSubscription, _ isOwner: Bool
    ) -> FHIRAnswer {
        var answer = FHIRAnswer(status, kept.resource(hidesSecrets: !isOwner))
        answer.headers = [
            ("etag", "W/\"\(kept.number)\""), ("last-modified", HTTPDate.text(kept.updated)),
            ("x-last-updated", kept.updated.rfc3339),
        ]
        return answer
    }
}

extension FHIRError {
    static let hooksOff = FHIRError(
        404, "not-supported", "hooks-off",
        "Subscriptions are not offered: the operator of this server has allowed no endpoints. They "
            + "are allowed with `kanglian fhir serve --hooks https://his.example/fhir`.",
        "不提供订阅：本服务器的运维人员未允许任何端点。允许方法："
            + "`kanglian fhir serve --hooks https://his.example/fhir`。")

    static let subscriptionOfAnother = FHIRError(
        403, "forbidden", "subscription-of-another",
        "Of another client's Subscription, the institution may only set the status off, or delete "
            + "it.",
        "对于其他客户端的 Subscription，机构只能将 status 设为 off 或将其删除。")
}
