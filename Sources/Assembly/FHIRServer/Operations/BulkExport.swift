import Agent
import Base
import Cryptography
import Encoding
import FHIRSearch
import HTTPServer
import Synchronization
import System

/// Exports in bulk: FHIR Bulk Data Access 2.0 for the system, a group and all patients.
///
/// A job runs in the background, one at a time. What it wrote is on disk in pieces sealed under the
/// institution's key, a piece a page of the search; its state is a note of the index, so a job that
/// a crash broke off goes on at its last page.
package final class BulkExports: Sendable {
    /// Resources of a page, which is decided and recorded together.
    private static let pageCount = 1000
    /// Jobs that are kept.
    private static let jobLimit = 100
    static let prefix = "export/"

    private let index: any ResourceIndex
    private let folder: String
    private let key: SecretBytes
    private let random: any RandomSource
    private let queue = ConditionMutex<[ExportJob]?>([])
    private let cancelled = Mutex<Set<String>>([])

    init(
        index: any ResourceIndex, folder: String, key: SecretBytes, random: any RandomSource
    ) {
        (self.index, self.folder, self.key) = (index, folder, key)
        self.random = random
    }

    /// Starts the thread that works for the service until ``stop()``, and takes up what was broken
    /// off.
    func start(for service: FHIRService) throws {
        try FileSystem.makeFolder(folder)
        let open = try jobs().filter { $0.state == .running }
        queue.withLock { $0 = open }
        _ = try Thread("export") { [self] in run(for: service) }
    }

    /// Ends the work after the page that is under way.
    package func stop() { queue.withLock { $0 = nil } }

    // MARK: Requests

    /// Takes an export on; the answer says where its state is.
    func kickOff(
        _ job: ExportJob, _ address: ServerAddress
    ) throws(FHIRError) -> FHIRAnswer {
        guard try jobs().count < Self.jobLimit else {
            throw FHIRError(
                429,
                issues: [
                    .init(
                        "throttled",
                        Refusal(
                            "fhir.export-jobs",
                            "There are too many exports. Delete those that are done.",
                            "导出任务过多。请删除已完成的任务。"))
                ], retryAfter: 60)
        }
        try save(job)
        queue.withLock { $0?.append(job) }
        return FHIRAnswer(
            202, headers: [("content-location", address.base + "/export-status/\(job.id)")])
    }

    /// The state of an export: still running, or the manifest.
    func status(
        _ id: String, for caller: Caller, _ address: ServerAddress, now: Timestamp
    ) throws(FHIRError) -> FHIRAnswer {
        let job = try job(id, for: caller)
        switch job.state {
        case .running:
            return FHIRAnswer(
                202,
                headers: [
                    ("x-progress", "\(job.exported) resources, \(job.current ?? "waiting")"),
                    ("retry-after", "1"),
                ])
        case .failed(let refusal): throw FHIRError(500, "exception", refusal)
        case .done:
            return FHIRAnswer(
                200, headers: [("expires", HTTPDate.text(now.advanced(bySeconds: 86_400)))],
                body: .other(
                    job.manifest(address).serialized(), type: "application/json"))
        }
    }

    /// Cancels or deletes an export with its files.
    func delete(_ id: String, for caller: Caller) throws(FHIRError) -> FHIRAnswer {
        _ = try job(id, for: caller)
        cancelled.withLock { _ = $0.insert(id) }
        do throws(IndexError) {
            try index.write([.note(key: Self.prefix + id, value: nil)])
        } catch { throw FHIRError(error) }
        try? FileSystem.removeTree(folder + "/" + id)
        return FHIRAnswer(202)
    }

    /// One file of an export, piece by piece.
    func file(
        _ id: String, _ name: String, for caller: Caller
    ) throws(FHIRError) -> HTTPResponse {
        let job = try job(id, for: caller)
        let type = name.hasSuffix(".ndjson") ? String(name.dropLast(7)) : ""
        try caller.require(.read, type)
        guard case .done = job.state, let file = job.files.first(where: { $0.type == type }) else {
            throw .notFound("file")
        }
        let next = Atomic(0)
        let source = HTTPBodySource { [self] in
            let piece = next.add(1, ordering: .relaxed).oldValue
            guard piece < file.pieces else { return .end }
            guard let bytes = try? read(job.id, type, piece) else { return .failed }
            return .bytes(bytes)
        }
        return HTTPResponse(
            status: 200, headers: ["content-type": "application/fhir+ndjson"],
            body: .pieces(source))
    }

    // MARK: State

    private func job(_ id: String, for caller: Caller) throws(FHIRError) -> ExportJob {
        let bytes: [UInt8]?
        do throws(IndexError) { bytes = try index.note(Self.prefix + id) } catch {
            throw FHIRError(error)
        }
        guard let bytes, let job = ExportJob(parsing: bytes),
            job.caller.account == caller.account
        else { throw .notFound("export") }
        return job
    }

    private func jobs() throws(FHIRError) -> [ExportJob] {
        do throws(IndexError) {
            return try index.notes(
                startingWith: Self.prefix, after: nil, limit: Self.jobLimit + 1
            ).compactMap { ExportJob(parsing: $0.value) }
        } catch { throw FHIRError(error) }
    }

    private func save(_ job: ExportJob) throws(FHIRError) {
        do throws(IndexError) {
            try index.write([.note(key: Self.prefix + job.id, value: job.json.serialized())])
        } catch { throw FHIRError(error) }
    }

    // MARK: Work

    private func run(for service: FHIRService) {
        while true {
            let next = queue.wait { queue -> ExportJob?? in
                guard let jobs = queue else { return .some(nil) }
                guard let first = jobs.first else { return nil }
                queue?.removeFirst()
                return first
            }
            guard let job = next else { return }
            work(on: job, service)
        }
    }

    private func work(on job: ExportJob, _ service: FHIRService) {
        var job = job
        do throws(FHIRError) {
            while let type = job.types.first {
                job.current = type
                guard queue.withLock({ $0 != nil }), !isCancelled(job) else { return }
                let page = try service.exportPage(type, job, count: Self.pageCount)
                if !page.lines.isEmpty {
                    try write(page.lines, job.id, type, job.pieces(of: type))
                    job.add(type, count: page.count)
                }
                job.after = page.next
                if page.next == nil { job.types.removeFirst() }
                if !isCancelled(job) { try save(job) }
            }
            job.state = .done
            job.current = nil
        } catch {
            job.state = .failed(error.issues.first?.refusal ?? Refusal("fhir.export", "", ""))
        }
        if !isCancelled(job) { try? save(job) }
    }

    private func isCancelled(_ job: ExportJob) -> Bool {
        cancelled.withLock { $0.contains(job.id) }
    }

    private func write(
        _ bytes: [UInt8], _ id: String, _ type: String, _ piece: Int
    ) throws(FHIRError) {
        do {
            try FileSystem.makeFolder(folder + "/" + id)
            let sealed = try Sealing.seal(
                bytes, key: key, suite: .aes256GCM, random: random,
                authenticating: Array("\(id)/\(type)/\(piece)".utf8))
            try FileSystem.writeAtomically(path(id, type, piece), sealed)
        } catch {
            throw FHIRError(
                507, "exception", "export-disk",
                "The export could not be written to the server's disk.", "导出文件无法写入服务器磁盘。")
        }
    }

    private func read(_ id: String, _ type: String, _ piece: Int) throws -> [UInt8] {
        try Sealing.open(
            try FileSystem.read(path(id, type, piece), limit: 256 << 20), key: key,
            authenticating: Array("\(id)/\(type)/\(piece)".utf8))
    }

    private func path(_ id: String, _ type: String, _ piece: Int) -> String {
        "\(folder)/\(id)/\(type).\(piece)"
    }
}
