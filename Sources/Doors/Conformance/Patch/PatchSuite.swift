import Base
import Encoding

/// Tests of patches: JSON Patch (RFC 6902) in the layout of json-patch-tests.
///
/// A file is an array of `{"comment", "doc", "patch"}` with `"expected"`, or with `"error"` when
/// the patch must be refused; `"disabled": true` leaves a test out.
///
/// Source: https://github.com/FHIR/fhir-test-cases, `r4/patch`.
enum PatchSuite {
    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) {
        for (index, file) in files.enumerated() {
            progress("\(file.name), \(index + 1) of \(files.count) files")
            guard file.lastName.hasSuffix(".json") else {
                tally.skip(file.name, "unknown shape: only JSON Patch tests are run")
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
