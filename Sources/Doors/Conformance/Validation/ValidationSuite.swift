import Base
import Encoding
import FHIRDefinitions
import FHIRTerminology
import FHIRValidation
import System

/// FHIR resources from disk, in JSON or XML, that must be valid or must not be.
///
/// Files below a folder `invalid` must not be valid, nor must those of ``KnownInvalid``; all others
/// must be. What is read must also be written back as the same JSON.
enum ValidationSuite {
    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) throws(Refusal) {
        let table = try InstalledDefinitions.load()
        let validator = FHIRValidator(table: table, terminology: Terminology(table))
        let now = SystemClock.now
        for (index, file) in files.enumerated() {
            progress("\(file.name), \(index + 1) of \(files.count) files")
            let isXML = file.lastName.hasSuffix(".xml")
            guard isXML || file.lastName.hasSuffix(".json") else {
                tally.skip(file.name, "unknown shape: neither JSON nor XML")
                continue
            }
            guard let bytes = file.read(&tally) else { continue }
            let finding = finding(file, bytes, isXML: isXML, table, validator, now)
            tally.add(finding)
            tally.add(file.name, nil, verdict(finding, file))
        }
    }

    // MARK: One file

    private static func finding(
        _ file: SuiteFile, _ bytes: [UInt8], isXML: Bool, _ table: DefinitionTable,
        _ validator: FHIRValidator, _ now: Timestamp
    ) -> ConformanceReport.Finding {
        func unreadable(_ message: Refusal) -> ConformanceReport.Finding {
            let issue = ValidationIssue(
                severity: .error, kind: .structure, expression: "", message: message)
            return .init(name: file.name, issues: [issue])
        }
        let resource: JSONValue
        if isXML {
            do throws(FHIRXML.Failure) {
                resource = try FHIRXML.json(bytes, table: table)
            } catch {
                return unreadable(
                    Refusal(
                        "validation.xml", "This is not FHIR's XML: \(error).",
                        "不是 FHIR 的 XML：\(error)。"))
            }
        } else {
            do throws(JSONError) {
                resource = try JSONValue(parsing: bytes)
            } catch {
                return unreadable(error.refusal(in: bytes))
            }
        }
        guard (try? JSONValue(parsing: resource.serialized())) == resource else {
            return unreadable(
                Refusal(
                    "validation.round-trip", "What was read is written as other JSON.",
                    "读入的内容写出后不同。"))
        }
        return .init(name: file.name, issues: validator.validate(resource, now: now))
    }

    private static func verdict(
        _ finding: ConformanceReport.Finding, _ file: SuiteFile
    ) -> Verdict {
        let folders = file.path.split(separator: "/").dropLast()
        let mustFail = folders.contains("invalid") || KnownInvalid.reason(file.lastName) != nil
        guard mustFail == finding.isValid else { return .passed }
        if mustFail { return .failed("no error was found, but there must be one") }
        let errors = finding.issues.filter { $0.severity == .error }
        let shown = errors.prefix(5).map { "\($0.expression): \($0.message.english)" }
        let rest = errors.count > 5 ? " (and \(errors.count - 5) more)" : ""
        return .failed(shown.joined(separator: " ") + rest)
    }
}
