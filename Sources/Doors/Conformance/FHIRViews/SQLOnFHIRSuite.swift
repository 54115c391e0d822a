import Base
import Encoding
import FHIRDefinitions
import FHIRPath
import FHIRViews
import System

/// The SQL-on-FHIR v2 suite: JSON files of resources, with views and the rows that they give.
///
/// Rows are compared as objects, whatever their order, since a view has none.
///
/// Source: https://github.com/FHIR/sql-on-fhir-v2, `tests`.
enum SQLOnFHIRSuite {
    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) throws(Refusal) {
        let table = try InstalledDefinitions.load()
        let environment = PathEnvironment(table: table, now: SystemClock.now)
        for (index, file) in files.enumerated() {
            progress("\(file.name), \(index + 1) of \(files.count) files")
            guard let bytes = file.read(&tally) else { continue }
            guard let suite = try? JSONValue(parsing: bytes) else {
                tally.skip(file.name, "unknown shape: no JSON")
                continue
            }
            guard case .array(let resources)? = suite["resources"],
                case .array(let tests)? = suite["tests"]
            else {
                tally.skip(file.name, "unknown shape: neither resources nor tests")
                continue
            }
            if let versions = suite["fhirVersion"]?.elements,
                !versions.contains(.string(table.version))
            {
                tally.skip(
                    file.name, "for another version of FHIR than \(table.version)",
                    count: tests.count)
                continue
            }
            for test in tests {
                let title = test["title"]?.stringValue ?? "without a title"
                do throws(ShapeError) {
                    tally.add(file.name, title, try verdict(test, resources, environment))
                } catch {
                    tally.fail(file.name, title, error.reason)
                }
            }
        }
    }

    private static let members: Set<String> = [
        "title", "description", "tags", "view", "expect", "expectColumns", "expectError",
        "expectCount",
    ]

    private static func verdict(
        _ test: JSONValue, _ resources: [JSONValue], _ environment: PathEnvironment
    ) throws(ShapeError) -> Verdict {
        if let other = test.members.first(where: { !members.contains($0.key) }) {
            throw ShapeError("a test with the member \(other.key)")
        }
        guard let definition = test["view"] else { throw ShapeError("a test without a view") }
        let expectsError = test["expectError"]?.boolValue ?? false
        let expectations = ["expect", "expectColumns", "expectCount"].filter { test[$0] != nil }
        guard expectsError || !expectations.isEmpty else {
            throw ShapeError("a test that expects nothing")
        }
        do throws(ViewError) {
            let view = try ViewDefinition(definition)
            let runner = ViewRunner(view, in: environment)
            var rows: [JSONValue] = []
            for resource in resources {
                rows += try runner.rows(of: resource).map { view.object($0) }
            }
            guard !expectsError else { return .failed("expected an error, got \(rows.count) rows") }
            return compare(rows, view, test)
        } catch {
            let isRight = expectsError && error != .limit
            return isRight ? .passed : .failed("refused: \(error.refusal.english)")
        }
    }

    private static func compare(
        _ rows: [JSONValue], _ view: ViewDefinition, _ test: JSONValue
    ) -> Verdict {
        if let columns = test["expectColumns"]?.elements {
            let names = view.columns.map { JSONValue.string($0.name) }
            guard names == columns else { return .failed("the columns are others or out of order") }
        }
        if let count = test["expectCount"]?.integerValue, count != rows.count {
            return .failed("expected \(count) rows, got \(rows.count)")
        }
        guard case .array(let expected)? = test["expect"] else { return .passed }
        var rest = rows.map(sorted)
        for row in expected.map(sorted) {
            guard let place = rest.firstIndex(of: row) else {
                return .failed("the row \(row.text()) is missing among \(rows.count) rows")
            }
            rest.remove(at: place)
        }
        return rest.isEmpty
            ? .passed : .failed("\(rest.count) rows too many, such as \(rest[0].text())")
    }

    /// The same value with members in the order of their names; members without a value are gone,
    /// as tests leave them out or write null, and numbers without zeros at their end.
    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.filter { !$0.value.isNull }.sorted { $0.key < $1.key }
                    .map { JSONMember($0.key, sorted($0.value)) })
        case .array(let elements): .array(elements.map(sorted))
        case .number(let text): ExactDecimal(text).map { .number($0.normalized.text) } ?? value
        default: value
        }
    }
}
