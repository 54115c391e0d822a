import Agent
import Base
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
