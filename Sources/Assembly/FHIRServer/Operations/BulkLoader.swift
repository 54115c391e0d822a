import Base
package import Encoding
import FHIRDefinitions
import FHIRModel
import FHIRSearch
package import System

/// Brings many resources in at once: from Bundles of any kind, single resources and NDJSON.
///
/// Resources keep their ids, so a load that broke off is repeated: what is there with the same
/// content is left alone. While the chain makes one part final, the next is prepared and the one
/// before goes into the index.
package final class BulkLoader {
    /// Resources of one part.
    private static let partCount = 4096

    private let service: FHIRService
    private let pool: WorkerPool
    private var waiting: [(name: ResourceName, value: JSONValue)] = []
    private var indexing: Background<FHIRError?>?

    /// What was loaded so far.
    package private(set) var count = 0
    /// What was there already with the same content.
    package private(set) var unchanged = 0

    package init(service: FHIRService, pool: WorkerPool) {
        (self.service, self.pool) = (service, pool)
    }

    /// Loads one document: a Bundle, whose references between entries are resolved, or a resource.
    ///
    /// What is loaded is final and found when ``finish()`` returns.
    package func load(_ document: JSONValue) throws(FHIRError) {
        if document["resourceType"]?.stringValue == "Bundle", document["entry"] != nil,
            document["type"]?.stringValue != "document"
        {
            try loadBundle(document)
        } else {
            try add(document)
        }
        if waiting.count >= Self.partCount { try flush() }
    }

    /// Loads lines of resources.
    package func load(lines: [UInt8]) throws(FHIRError) {
        for (number, line) in lines.split(separator: UInt8(ascii: "\n")).enumerated()
        where !line.allSatisfy({ $0 == 32 || $0 == 13 }) {
            let value: JSONValue
            do throws(JSONError) { value = try JSONValue(parsing: Array(line)) } catch {
                throw FHIRError(
                    400, "structure", error.refusal(in: Array(line)), at: "line \(number + 1)")
            }
            try load(value)
        }
    }

    /// Writes what is left and waits until all of it is final and found.
    package func finish() throws(FHIRError) {
        try flush()
        try settle()
    }

    // MARK: Steps

    private func loadBundle(_ bundle: JSONValue) throws(FHIRError) {
        var targets: [String: String] = [:]
        var resources: [JSONValue] = []
        for (index, entry) in (bundle["entry"]?.elements ?? []).enumerated() {
            guard let resource = entry["resource"] else { continue }
            let name = try name(of: resource, at: "Bundle.entry[\(index)].resource")
            if let url = entry["fullUrl"]?.stringValue { targets[url] = name.text }
            targets["urn:uuid:" + name.id] = targets["urn:uuid:" + name.id] ?? name.text
            resources.append(resource)
        }
        let rewriting = ReferenceRewriting(targets: targets)
        for resource in resources { try add(rewriting.apply(to: resource)) }
    }

    private func add(_ resource: JSONValue) throws(FHIRError) {
        let name = try name(of: resource, at: "resource")
        try service.validation.require(resource, type: name.type)
        waiting.append((name, resource))
    }

    private func name(
        of resource: JSONValue, at place: String
    ) throws(FHIRError) -> ResourceName {
        guard let type = resource["resourceType"]?.stringValue,
            service.table.type(type)?.kind == .resource,
            let id = resource["id"]?.stringValue
        else {
            throw .unprocessable(
                "A resource that is loaded needs its type and its id.", "批量装载的资源需要类型和 id。",
                at: place)
        }
        try service.requireRecord(type)
        return try service.name(type, id)
    }

    private func flush() throws(FHIRError) {
        guard !waiting.isEmpty else { return }
        // Patients first: others of the part refer to them.
        let part =
            waiting.filter { $0.name.type == "Patient" }
            + waiting.filter { $0.name.type != "Patient" }
        waiting = []
        let loaded = try service.store.bring(part)
        try settle()
        count += loaded.count
        unchanged += part.count - loaded.count
        // Patients must be found before others name them; the rest has time.
        try service.store.index(loaded.filter { $0.name.type == "Patient" }, pool)
        let others = loaded.filter { $0.name.type != "Patient" }
        let (store, pool) = (service.store, pool)
        indexing = Background("index") {
            do throws(FHIRError) {
                try store.index(others, pool)
                return nil
            } catch { return error }
        }
    }

    private func settle() throws(FHIRError) {
        guard let running = indexing else { return }
        indexing = nil
        if let error = running.wait() { throw error }
    }
}

/// Work on a thread of its own whose result is waited for.
private final class Background<Value: Sendable>: Sendable {
    private let result = ConditionMutex<Value?>(nil)

    init(_ name: String, _ body: @escaping @Sendable () -> Value) {
        let thread = try? Thread(name) { [result] in
            let value = body()
            result.withLock { $0 = value }
        }
        if thread == nil {
            let value = body()
            result.withLock { $0 = value }
        }
    }

    func wait() -> Value { result.wait { $0 } }
}
