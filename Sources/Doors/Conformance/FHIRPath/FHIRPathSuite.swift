import Base
import Encoding
import FHIRDefinitions
import System

/// HL7's FHIRPath suite: XML files of tests in groups, with the resources that they start from.
///
/// Inputs are looked for among the files of the suite, in the folders `input`, `resources` and
/// `examples` beside each test file and beside its folder, and among those named apart.
///
/// Source: https://github.com/FHIR/fhir-test-cases, `r4/fhirpath`.
enum FHIRPathSuite {
    private static let inputFolders = ["", "input", "inputs", "resources", "examples"]

    static func run(
        _ files: [SuiteFile], inputs others: [SuiteFile], _ tally: inout Tally,
        _ progress: (String) -> Void
    ) throws(Refusal) {
        let table = try InstalledDefinitions.load()
        var inputs = FHIRPathInputs(table)
        inputs.add(files)
        inputs.add(files.flatMap(neighbours))
        inputs.add(others)
        var strangers: [SuiteFile] = []
        for (index, file) in files.enumerated() {
            progress("\(file.name), \(index + 1) of \(files.count) files")
            guard file.lastName.hasSuffix(".xml") else {
                strangers.append(file)
                continue
            }
            guard let bytes = file.read(&tally) else { continue }
            do throws(XMLError) {
                let root = try XMLReader.read(bytes)
                if root.name == "tests" {
                    run(root, file, table, &inputs, &tally)
                } else {
                    strangers.append(file)
                }
            } catch {
                tally.fail(file.name, "unknown shape: no XML that can be read (\(error))")
            }
        }
        for file in strangers where !inputs.used.contains(file.path) {
            tally.skip(file.name, "unknown shape: neither tests nor an input that a test names")
        }
    }

    /// Files in the folders that belong to a test file.
    private static func neighbours(of file: SuiteFile) -> [SuiteFile] {
        guard file.lastName.hasSuffix(".xml") else { return [] }
        let folder = FileSystem.folder(of: file.path)
        return [folder, FileSystem.folder(of: folder)].flatMap { folder in
            inputFolders.flatMap { name -> [SuiteFile] in
                let path = name.isEmpty ? folder : "\(folder)/\(name)"
                guard FileSystem.isFolder(path), let names = try? FileSystem.list(path) else {
                    return []
                }
                return names.map { SuiteFile(name: $0, path: "\(path)/\($0)") }
            }
        }
    }

    // MARK: Tests

    private static func run(
        _ root: XMLElement, _ file: SuiteFile, _ table: DefinitionTable,
        _ inputs: inout FHIRPathInputs, _ tally: inout Tally
    ) {
        let now = SystemClock.now
        for group in root.elements where group.name != "notes" {
            guard group.name == "group" else {
                tally.fail(file.name, "unknown shape: an element \(group.name) among the groups")
                continue
            }
            let name = group["name"] ?? ""
            for element in group.elements where element.name != "notes" {
                let label = "\(name)/\(element["name"] ?? "")"
                guard element.name == "test" else {
                    tally.fail(file.name, label, "unknown shape: an element \(element.name)")
                    continue
                }
                do throws(ShapeError) {
                    let test = try FHIRPathTest(element, group: name)
                    tally.add(file.name, label, verdict(test, table, now, &inputs))
                } catch {
                    tally.fail(file.name, label, error.reason)
                }
            }
        }
    }

    private static func verdict(
        _ test: FHIRPathTest, _ table: DefinitionTable, _ now: Timestamp,
        _ inputs: inout FHIRPathInputs
    ) -> Verdict {
        var resource: JSONValue?
        if let name = test.inputFile {
            switch inputs.resource(name) {
            case .found(let value): resource = value
            case .missing: return .skipped("the input \(name) is not there")
            case .broken(let reason): return .failed(reason)
            }
        }
        return FHIRPathCheck(test: test, table: table, resource: resource, now: now).verdict
    }
}
