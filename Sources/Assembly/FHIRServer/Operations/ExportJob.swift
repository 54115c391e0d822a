import Base
import Encoding
import FHIRModel
import FHIRSearch
import Ledger

/// One bulk export: who asked, what for, how far it is.
struct ExportJob: Sendable {
    enum State: Hashable, Sendable {
        case running
        case done
        case failed(Refusal)
    }

    /// What is exported.
    enum Subject: Hashable, Sendable {
        case system
        /// All patients and what is in their compartments.
        case patients
        /// The patients of a Group.
        case group(String)
    }

    struct File: Hashable, Sendable {
        let type: String
        var count: Int
        var pieces: Int
    }

    let id: String
    let caller: Caller
    /// The URL that started it.
    let request: String
    let started: Timestamp
    let since: Timestamp?
    let subject: Subject
    /// Types that are still to be exported; the first is under way.
    var types: [String]
    var after: PageMark?
    var files: [File] = []
    var state = State.running
    /// What is exported now, for the progress field.
    var current: String?

    init(
        id: String, caller: Caller, request: String, started: Timestamp, since: Timestamp?,
        subject: Subject, types: [String]
    ) {
        (self.id, self.caller, self.request) = (id, caller, request)
        (self.started, self.since) = (started, since)
        (self.subject, self.types) = (subject, types)
    }

    var exported: Int { files.reduce(0) { $0 + $1.count } }

    func pieces(of type: String) -> Int { files.first { $0.type == type }?.pieces ?? 0 }

    mutating func add(_ type: String, count: Int) {
        if let index = files.firstIndex(where: { $0.type == type }) {
            files[index].count += count
            files[index].pieces += 1
        } else {
            files.append(File(type: type, count: count, pieces: 1))
        }
    }

    /// The manifest (Bulk Data Access 2.0 §"Response - Complete Status").
    func manifest(_ address: ServerAddress) -> JSONValue {
        [
            "transactionTime": .string(started.rfc3339), "request": .string(request),
            "requiresAccessToken": true,
            "output": .array(
                files.map {
                    [
                        "type": .string($0.type),
                        "url": .string("\(address.base)/export-files/\(id)/\($0.type).ndjson"),
                        "count": .integer($0.count),
                    ]
                }), "error": [],
        ]
    }
}

// MARK: - Keeping

extension ExportJob {
    var json: JSONValue {
        var value: JSONValue = [
            "id": .string(id), "request": .string(request), "started": .string(started.rfc3339),
            "types": .array(types.map { .string($0) }),
            "files": .array(
                files.map {
                    [
                        "type": .string($0.type), "count": .integer($0.count),
                        "pieces": .integer($0.pieces),
                    ]
                }),
        ]
        value = .object(value.members + caller.kept)
        if let since { value["since"] = .string(since.rfc3339) }
        if let after { value["after"] = .string(after.text) }
        switch subject {
        case .system: break
        case .patients: value["patients"] = true
        case .group(let id): value["group"] = .string(id)
        }
        switch state {
        case .running: value["state"] = "running"
        case .done: value["state"] = "done"
        case .failed(let refusal):
            value["state"] = [
                .string(refusal.code), .string(refusal.english), .string(refusal.chinese),
            ]
        }
        return value
    }

    init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let id = value["id"]?.stringValue,
            let caller = Caller(kept: value), let request = value["request"]?.stringValue,
            let started = value["started"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        let subject: Subject =
            value["group"]?.stringValue.map { .group($0) }
            ?? (value["patients"] == nil ? .system : .patients)
        self.init(
            id: id, caller: caller, request: request, started: started,
            since: value["since"]?.stringValue.flatMap { Timestamp(rfc3339: $0) },
            subject: subject, types: (value["types"]?.elements ?? []).compactMap(\.stringValue))
        after = value["after"]?.stringValue.map { PageMark(text: $0) }
        files = (value["files"]?.elements ?? []).compactMap { file in
            guard let type = file["type"]?.stringValue, let count = file["count"]?.integerValue,
                let pieces = file["pieces"]?.integerValue
            else { return nil }
            return File(type: type, count: count, pieces: pieces)
        }
        let failure = value["state"]?.elements.compactMap(\.stringValue) ?? []
        state =
            failure.count == 3
            ? .failed(Refusal(failure[0], failure[1], failure[2]))
            : value["state"]?.stringValue == "done" ? .done : .running
    }
}
