import Base
import Encoding
import FHIRDefinitions

/// Tests of patches: JSON Patch (RFC 6902) and FHIRPath Patch, but not XML Patch.
///
/// Those of FHIRPath Patch are ``FHIRPatchTests``; those of JSON Patch follow json-patch-tests.
/// A JSON file is an array of `{"comment", "doc", "patch"}` with `"expected"`, or with `"error"`
/// when the patch must be refused; `"disabled": true` leaves a test out.
///
/// Source: https://github.com/FHIR/fhir-test-cases, `r4/patch`.
enum PatchSuite {
    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) throws(Refusal) {
        var table: DefinitionTable?
        for (index, file) in files.enumerated() {
            progress("\(file.name), \(index + 1) of \(files.count) files")
            let isXML = file.lastName.hasSuffix(".xml")
            guard isXML || file.lastName.hasSuffix(".json") else {
                tally.skip(file.name, "unknown shape: neither JSON nor XML")
                continue
            }
            if isXML {
                try runXML(file, &table, &tally)
                continue
            }
            guard let bytes = file.read(&tally) else { continue }
            do throws(JSONError) {
                run(try JSONValue(parsing: bytes), file, &tally)
            } catch {
                tally.fail(file.name, error.refusal(in: bytes).english)
            }
        }
    }

    private static func runXML(
        _ file: SuiteFile, _ table: inout DefinitionTable?, _ tally: inout Tally
    ) throws(Refusal) {
        guard let bytes = file.read(&tally) else { return }
        guard let root = try? XMLReader.read(bytes) else {
            return tally.fail(file.name, "unknown shape: no XML that can be read")
        }
        guard FHIRPatchTests.isKnown(root) else {
            return tally.skip(file.name, "unknown shape: no tests of FHIRPath Patch")
        }
        let known: DefinitionTable
        if let table { known = table } else { known = try InstalledDefinitions.load() }
        table = known
        FHIRPatchTests.run(root, bytes, file, known, &tally)
    }

    private static func run(_ document: JSONValue, _ file: SuiteFile, _ tally: inout Tally) {
        guard case .array(let tests) = document, !tests.isEmpty else {
            return tally.fail(file.name, "unknown shape: no array of tests")
        }
        for (index, test) in tests.enumerated() {
            let name = test["comment"]?.stringValue ?? "test \(index + 1)"
            tally.add(file.name, name, verdict(test))
        }
    }

    private static func verdict(_ test: JSONValue) -> Verdict {
        guard test["disabled"]?.boolValue != true else { return .skipped("disabled by the suite") }
        guard let document = test["doc"], let patch = test["patch"],
            (test["expected"] == nil) != (test["error"] == nil)
        else { return .failed("unknown shape: no doc, patch, and expected or error") }
        do throws(JSONPatchError) {
            let result = try JSONPatch(patch).apply(to: document)
            guard let expected = test["expected"] else {
                return .failed("the patch was taken, but must be refused")
            }
            return result.means(expected) ? .passed : .failed("the result is another document")
        } catch {
            return test["error"] == nil ? .failed(error.refusal.english) : .passed
        }
    }
}
