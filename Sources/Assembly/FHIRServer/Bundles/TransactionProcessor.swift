import Base
import Encoding
import FHIRModel
import FHIRSearch
import HTTPServer

/// Carries out a transaction: all entries or none, references between them resolved
/// (FHIR R4 §3.1.0.11.2).
struct TransactionProcessor {
    /// Entries of one Bundle.
    static let entryLimit = 10_000

    let service: FHIRService
    let caller: Caller

    private enum Step {
        /// A write, by its place among the orders.
        case write(Int)
        /// Nothing to do: what was to be created is there.
        case existing(StoredVersion)
        /// Nothing to do: what was to be deleted is not there.
        case absent
        /// A read, which comes last.
        case read
    }

    func run(_ entries: [EntryRequest]) throws(FHIRError) -> [JSONValue] {
        let names = try lockNames(entries)
        let (steps, results, rewriting) = try service.store.holding(names) {
            () throws(FHIRError) -> ([Step], [WriteResult], ReferenceRewriting) in
            try write(entries, holding: names)
        }
        var answers: [JSONValue] = []
        for (entry, step) in zip(entries, steps) {
            switch step {
            case .write(let index):
                answers.append(
                    ResponseEntry.json(
                        service.answer(to: results[index], entry.request), service.address))
            case .existing(let version):
                answers.append(
                    ResponseEntry.json(
                        try service.answer(existing: version, entry.request, for: caller),
                        service.address))
            case .absent:
                answers.append(ResponseEntry.json(FHIRAnswer(204), service.address))
            case .read:
                var request = entry.request
                if let target = rewriting.targets[request.path.joined(separator: "/")] {
                    request.path = target.split(separator: "/").map(String.init)
                }
                answers.append(
                    ResponseEntry.json(
                        try service.answer(request, for: caller), service.address))
            }
        }
        return answers
    }

    // MARK: Names

    /// What the transaction holds while it runs: names it writes, and types whose conditions it
    /// relies on.
    private func lockNames(_ entries: [EntryRequest]) throws(FHIRError) -> Set<String> {
        var names: Set<String> = []
        for entry in entries where entry.request.method != .get && entry.request.method != .head {
            names.formUnion(try service.lockNames(entry.request, for: caller))
        }
        return names
    }

    // MARK: Writing

    private func write(
        _ entries: [EntryRequest], holding names: Set<String>
    ) throws(FHIRError) -> ([Step], [WriteResult], ReferenceRewriting) {
        var steps: [Step?] = Array(repeating: nil, count: entries.count)
        var targets: [String: String] = [:]
        var orders: [WriteOrder] = []
        var seen: Set<ResourceName> = []
        func add(_ order: WriteOrder, _ entry: EntryRequest) throws(FHIRError) {
            guard seen.insert(order.name).inserted else {
                throw .invalid(
                    "\(order.name.text) is written twice in one transaction.",
                    "同一事务中 \(order.name.text) 被写入两次。", at: entry.place)
            }
            steps[entry.index] = .write(orders.count)
            orders.append(order)
        }
        for method in [HTTPMethod.delete, .post, .put, .patch] {
            for entry in entries where entry.request.method == method {
                let resolved = try resolve(entry)
                switch resolved {
                case .existing(let version):
                    steps[entry.index] = .existing(version)
                    if let url = entry.fullURL { targets[url] = version.name.text }
                case .absent: steps[entry.index] = .absent
                case .order(let order):
                    try service.requireHeld(order, names)
                    try add(order, entry)
                    if let url = entry.fullURL, method != .delete {
                        targets[url] = order.name.text
                        // A reference relative to an absolute fullUrl means the same entry.
                        if case .absolute(_, let type, let id) = ReferenceText(url).form {
                            targets["\(type)/\(id)"] = order.name.text
                        }
                    }
                }
            }
        }
        for entry in entries where steps[entry.index] == nil { steps[entry.index] = .read }
        for text in orders.flatMap({ order -> [String] in
            if case .put(let value) = order.change {
                return ReferenceRewriting.conditional(in: value)
            }
            return []
        }) where targets[text] == nil {
            targets[text] = try service.target(ofConditional: text, for: caller)
        }
        let rewriting = ReferenceRewriting(targets: targets)
        let rewritten = orders.map { order in
            guard case .put(let value) = order.change else { return order }
            return WriteOrder(
                name: order.name, change: .put(rewriting.apply(to: value)),
                condition: order.condition)
        }
        let results = try service.store.write(rewritten)
        return (steps.compactMap(\.self), results, rewriting)
    }

    private func resolve(_ entry: EntryRequest) throws(FHIRError) -> FHIRService.Resolved {
        do throws(FHIRError) {
            return try service.resolve(entry.request, for: caller)
        } catch {
            // Tell which entry it was.
            throw FHIRError(
                error.status,
                issues: error.issues.map {
                    FHIRError.Issue(
                        $0.code, $0.refusal,
                        at: entry.place + ($0.expression.map { ".resource.ofType(\($0))" } ?? ""))
                }, retryAfter: error.retryAfter)
        }
    }
}

/// Entries of answers to batches and transactions.
enum ResponseEntry {
    static func json(_ answer: FHIRAnswer, _ address: ServerAddress) -> JSONValue {
        var response: JSONValue = ["status": .string(status(answer.status))]
        if let location = answer.header("location") { response["location"] = .string(location) }
        if let tag = answer.header("etag") { response["etag"] = .string(tag) }
        if let time = answer.header("x-last-updated") { response["lastModified"] = .string(time) }
        var entry: JSONValue = .object([])
        if let body = answer.json {
            if body["resourceType"]?.stringValue == "OperationOutcome" {
                response["outcome"] = body
            } else {
                if let type = body["resourceType"]?.stringValue, let id = body["id"]?.stringValue {
                    entry["fullUrl"] = .string(address.base + "/\(type)/\(id)")
                }
                entry["resource"] = body
            }
        }
        entry["response"] = response
        return entry
    }

    private static func status(_ code: Int) -> String {
        switch code {
        case 200: "200 OK"
        case 201: "201 Created"
        case 204: "204 No Content"
        default: String(code)
        }
    }
}
