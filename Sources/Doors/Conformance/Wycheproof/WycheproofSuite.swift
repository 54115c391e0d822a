import Base
import Encoding

/// Files of C2SP's project Wycheproof.
///
/// Source: https://github.com/C2SP/wycheproof, `doc/formats.md`; old and new layouts of keys.
enum WycheproofSuite {
    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) {
        for (index, file) in files.enumerated() {
            progress("\(file.name), \(index + 1) of \(files.count) files")
            guard file.name.lowercased().hasSuffix(".json") else {
                tally.skip(file.name, "unknown shape: vectors are in .json files")
                continue
            }
            guard let bytes = file.read(&tally) else { continue }
            do throws(ShapeError) {
                try run(file.name, bytes, &tally)
            } catch {
                tally.fail(file.name, error.reason)
            }
        }
    }

    private static func run(
        _ name: String, _ bytes: [UInt8], _ tally: inout Tally
    ) throws(ShapeError) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw ShapeError("not JSON. \(error.refusal(in: bytes).english)")
        }
        let root = try Vector(document.root, "the file")
        let algorithm = try root.text("algorithm")
        var count = 0
        for (index, element) in try root.list("testGroups").enumerated() {
            let group = try Vector(element, "testGroups[\(index)]")
            let tests = try group.list("tests")
            count += tests.count
            do throws(ShapeError) {
                switch try WycheproofCheck.find(algorithm: algorithm, group: group) {
                case .run(let check):
                    for test in tests { add(test, check, name, &tally) }
                case .skip(let reason): tally.skip(name, reason, count: tests.count)
                }
            } catch {
                tally.fail(name, "testGroups[\(index)]", error.reason)
            }
        }
        if count == 0 { throw ShapeError("there are no tests") }
        if let declared = root.object["numberOfTests"]?.integerValue, declared != count {
            tally.fail(name, "declares \(declared) tests and has \(count)")
        }
    }

    private static func add(
        _ element: JSONElement, _ check: WycheproofCheck.Body, _ file: String,
        _ tally: inout Tally
    ) {
        let id = element["tcId"]?.numberText ?? "?"
        let comment = element["comment"]?.stringValue ?? ""
        do throws(ShapeError) {
            let test = try Vector(element, "a test")
            let verdict = try check(test, test.expectation())
            tally.add(file, "tcId \(id) \(comment.prefix(120))", verdict)
        } catch {
            tally.fail(file, "tcId \(id)", error.reason)
        }
    }
}
