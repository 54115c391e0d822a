import Base
import Encoding
import FHIRSearch

extension FHIRService {
    /// Versions of one page unless asked otherwise, and at most.
    private static let (historyCount, historyLimit) = (100, 1000)

    /// One page of a history, the newest version first.
    func history(
        _ subject: HistoryRequest.Subject, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        let path: String
        switch subject {
        case .system:
            try caller.require(.search, "*")
            path = "_history"
        case .type(let type):
            try caller.require(.search, type)
            path = type + "/_history"
        case .resource(let name):
            try caller.require(.read, name.type)
            path = name.text + "/_history"
        }
        let count = try count(request)
        var asked = HistoryRequest(
            subject: subject, visible: try rights.visibility(for: caller), count: count)
        asked.since = try instant("_since", request)
        asked.until = try instant("_at", request)
        asked.after = request.parameter("_page").map { PageMark(text: $0) }
        let page: HistoryPage
        do throws(IndexError) { page = try index.history(asked) } catch { throw FHIRError(error) }
        if case .resource(let name) = subject, page.total == 0 {
            // Says why, or that there is nothing.
            _ = try reading.current(name, for: caller)
        }
        let shown = try reading.visible(page.versions, for: caller)
        var entries: [JSONValue] = []
        for version in page.versions where shown.contains(version.name) {
            let resource =
                version.method == .delete || version.body == nil ? nil : try value(of: version)
            entries.append(BundleAnswer.past(version, resource: resource, address))
        }
        let parameters = request.query.filter { $0.name == "_count" || $0.name == "_since" }
        var links = [(relation: "self", url: address.url(path, parameters))]
        if let next = page.next {
            links.append(
                ("next", address.url(path, parameters + [(name: "_page", value: next.text)])))
        }
        return FHIRAnswer(
            200,
            BundleAnswer.bundle(
                "history", id: store.freshID(), time: clock(), total: page.total, links: links,
                entries: entries))
    }

    private func count(_ request: FHIRRequest) throws(FHIRError) -> Int {
        guard let text = request.parameter("_count") else { return Self.historyCount }
        guard let count = Int(text), count >= 0 else {
            throw .invalid("_count must be a number.", "_count 必须是数字。")
        }
        return min(max(count, 1), Self.historyLimit)
    }

    func instant(_ name: String, _ request: FHIRRequest) throws(FHIRError) -> Timestamp? {
        guard let text = request.parameter(name) else { return nil }
        guard let time = Instant.timestamp(text) else {
            throw .invalid(
                "\(name) must be an instant, such as 2026-01-31T08:00:00Z.",
                "\(name) 必须是时刻，例如 2026-01-31T08:00:00Z。")
        }
        return time
    }
}

/// Instants of FHIR, with any offset (R4 `instant` and `dateTime`).
enum Instant {
    /// The start of what the text says; nil for other texts.
    static func timestamp(_ text: String) -> Timestamp? {
        if let time = Timestamp(rfc3339: text) { return time }
        let bytes = Array(text.utf8)
        if bytes.count == 10 { return Timestamp(rfc3339: text + "T00:00:00Z") }
        guard bytes.count >= 25, bytes[bytes.count - 3] == UInt8(ascii: ":") else { return nil }
        let zone = bytes.suffix(6)
        guard let sign = zone.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hours = UInt64(String(decoding: zone.dropFirst().prefix(2), as: UTF8.self)),
            let minutes = UInt64(String(decoding: zone.suffix(2), as: UTF8.self)), hours <= 14,
            minutes < 60,
            let local = Timestamp(
                rfc3339: String(decoding: bytes.dropLast(6), as: UTF8.self) + "Z")
        else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        if sign == UInt8(ascii: "-") {
            return Timestamp(milliseconds: local.milliseconds + offset)
        }
        return local.milliseconds >= offset
            ? Timestamp(milliseconds: local.milliseconds - offset) : nil
    }
}
