import Agent
import Base
import Encoding
import FHIRModel
import System

/// FHIR files through a whole node: in, sealed, committed, read back, put together, compared.
///
/// A bundle is a test and must come back byte for byte. A single resource must too, but for white
/// space around it; each line of NDJSON is a test of that kind.
enum RoundTripSuite {
    /// Refusals of documents that are FHIR and carry nothing to import.
    private static let nothingToImport: Set<String> = [
        "import.unsupported-method", "import.unsupported-bundle-type", "import.no-entries",
    ]

    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) throws(Refusal) {
        let known = files.filter { FileForm($0.lastName) != nil }
        for file in files where FileForm(file.lastName) == nil {
            tally.skip(
                file.name,
                "unknown shape: FHIR is in .json and .ndjson files, which may end in .bz2")
        }
        guard !known.isEmpty else { return }
        let zone = try RoundTripZone()
        defer { zone.close() }
        var count = 0
        for (index, file) in known.enumerated() {
            progress("\(index) of \(known.count) files, \(count) records")
            guard let form = FileForm(file.lastName), let bytes = file.read(&tally) else {
                continue
            }
            var told = 0
            let written = add(file.name, bytes, form, zone, &tally) { imported in
                guard imported.records >= told + 1000 else { return }
                told = imported.records
                progress("\(index) of \(known.count) files, \(count + told) records")
            }
            count += written
        }
        progress("\(known.count) of \(known.count) files, \(count) records")
    }

    /// Runs one file; returns its number of records.
    private static func add(
        _ name: String, _ bytes: [UInt8], _ form: FileForm, _ zone: RoundTripZone,
        _ tally: inout Tally, _ progress: (ImportProgress) -> Void
    ) -> Int {
        let written: [WritingPort.Written]
        do throws(ImportFailure) {
            written = try zone.importFile(bytes, name: name, progress: progress)
        } catch {
            let refusal = error.refusal
            if nothingToImport.contains(refusal.code) {
                tally.skip(name, "nothing to import: \(refusal.english)")
            } else {
                tally.fail(name, "\(refusal.code): \(refusal.english)")
            }
            return 0
        }
        guard let documents = form.documents(bytes) else {
            tally.fail(name, "the file cannot be unpacked a second time")
            return 0
        }
        guard !documents.isEmpty else {
            tally.skip(name, "nothing to import: the file has no lines")
            return 0
        }
        do throws(PortError) {
            let outcomes = try zone.read(written)
            var returned = try ReturnedDocuments(outcomes)
            for (index, document) in documents.enumerated() {
                let test = form.isLines ? "document \(index + 1)" : nil
                tally.add(
                    name, test,
                    returned.take(document) ? .passed : .failed("not read back as it came in"))
            }
            if returned.count > 0 {
                tally.fail(name, "\(returned.count) documents were read back that did not come in")
            }
        } catch {
            tally.fail(name, "\(error.refusal.code): \(error.refusal.english)")
        }
        return written.count
    }
}

/// What the name of a file says about its content.
private struct FileForm {
    let isCompressed: Bool
    let isLines: Bool

    /// Nil when it is none of those that are imported.
    init?(_ name: String) {
        var name = name.lowercased()
        isCompressed = name.hasSuffix(".bz2")
        if isCompressed { name.removeLast(4) }
        isLines = name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl")
        guard isLines || name.hasSuffix(".json") else { return nil }
    }

    /// The documents as they came, taken apart here and not by the importer.
    func documents(_ bytes: [UInt8]) -> [[UInt8]]? {
        var bytes = bytes
        if isCompressed {
            guard let plain = try? Bzip2.decompress(bytes, limit: SuiteFile.byteLimit * 4) else {
                return nil
            }
            bytes = plain
        }
        guard isLines else { return [bytes] }
        return bytes.split(separator: 0x0A).map { line in
            Array(line.last == 0x0D ? line.dropLast() : line)
        }.filter { !$0.isEmpty }
    }
}

/// The documents that a read gave back, each to be claimed once.
private struct ReturnedDocuments {
    /// Bundles, byte for byte.
    private var bundles: [[UInt8]: Int] = [:]
    /// Resources that stand for themselves.
    private var resources: [[UInt8]: Int] = [:]

    init(_ outcomes: [ReadOutcome]) throws(PortError) {
        var contents: [Hash256: [UInt8]] = [:]
        var manifests: [OpenedRecord] = []
        for outcome in outcomes {
            switch outcome {
            case .opened(let opened) where opened.payload.kind == .manifest:
                manifests.append(opened)
            case .opened(let opened): contents[opened.record] = opened.payload.content
            case .refused(_, let reasons):
                throw .refused(
                    reasons.first
                        ?? Refusal("conformance.read", "A read was refused.", "读取被拒绝。"),
                    status: 403)
            case .unreadable(let record, let error):
                throw .unexpected("record \(record) is unreadable: \(error)")
            }
        }
        var parts: Set<Hash256> = []
        for manifest in manifests {
            guard let bytes = Reassembly.document(from: manifest.payload, resources: contents),
                let bundle = try? BundleManifest(
                    decoding: manifest.payload.content,
                    limits: .init(
                        byteCount: RecordPayload.contentLimit, depth: 8, elementCount: 1_000_000))
            else { throw .unexpected("the bundle \(manifest.record) is not whole") }
            parts.formUnion(bundle.records)
            bundles[bytes, default: 0] += 1
        }
        for (record, content) in contents where !parts.contains(record) {
            resources[content, default: 0] += 1
        }
    }

    /// Documents that nobody has claimed.
    var count: Int {
        bundles.values.reduce(0, +) + resources.values.reduce(0, +)
    }

    /// Claims a document that came in; false when it did not come back.
    mutating func take(_ document: [UInt8]) -> Bool {
        if Self.take(document, &bundles) { return true }
        return Self.take(Self.trimmed(document), &resources)
    }

    private static func take(_ key: [UInt8], _ counts: inout [[UInt8]: Int]) -> Bool {
        guard let count = counts[key] else { return false }
        counts[key] = count == 1 ? nil : count - 1
        return true
    }

    /// Without the white space of JSON at both ends (RFC 8259 §2).
    private static func trimmed(_ document: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        let start = document.firstIndex { !isSpace($0) } ?? document.endIndex
        let end = document.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return Array(document[start..<max(start, end)])
    }
}
