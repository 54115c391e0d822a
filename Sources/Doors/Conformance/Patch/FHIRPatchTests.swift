import Base
import Encoding
import FHIRDefinitions
import FHIRPatch
import System

/// Tests of FHIRPath Patch, in the layout of fhir-patch-tests.
///
/// A file is `tests` of `case` elements: an `input`, a `diff` that is a Parameters resource, and an
/// `output`, or `error` when the patch must be refused.
///
/// Source: https://github.com/FHIR/fhir-test-cases, `r4/patch`.
enum FHIRPatchTests {
    /// Whether a file holds such tests, not those of XML Patch.
    static func isKnown(_ root: XMLElement) -> Bool {
        root.name == "tests"
            && root.elements.contains { $0.elements.contains { $0.name == "diff" } }
    }

    static func run(
        _ root: XMLElement, _ bytes: [UInt8], _ file: SuiteFile, _ table: DefinitionTable,
        _ tally: inout Tally
    ) {
        for (index, test) in root.elements.enumerated() {
            let name = test["name"] ?? "test \(index + 1)"
            do throws(ShapeError) {
                tally.add(file.name, name, try verdict(test, bytes, table))
            } catch {
                tally.fail(file.name, name, error.reason)
            }
        }
    }

    private static func verdict(
        _ test: XMLElement, _ bytes: [UInt8], _ table: DefinitionTable
    ) throws(ShapeError) -> Verdict {
        func resource(_ name: String) throws(ShapeError) -> JSONValue? {
            guard let holder = test.elements.first(where: { $0.name == name }) else { return nil }
            guard let element = holder.elements.first else {
                throw ShapeError("nothing in \(name)")
            }
            do throws(FHIRXML.Failure) {
                return try FHIRXML.json(Array(bytes[element.byteRange]), table: table)
            } catch {
                throw ShapeError("\(name) is not FHIR's XML (\(error))")
            }
        }
        let expected = try resource("output")
        let mustFail = test.elements.contains { $0.name == "error" }
        guard let input = try resource("input"), let patch = try resource("diff"),
            (expected == nil) == mustFail
        else { throw ShapeError("no input, diff, and output or error") }
        do throws(FHIRPatchError) {
            let result = try FHIRPatch(patch).apply(to: input, table: table, now: SystemClock.now)
            guard let expected else {
                return .failed("the patch was taken, but must be refused")
            }
            return result.evened.means(expected.evened)
                ? .passed : .failed("the result is another resource")
        } catch {
            return mustFail ? .passed : .failed(error.refusal.english)
        }
    }
}

extension JSONValue {
    /// The value with narratives as what XML means by them: patches write them in attributes, where
    /// line ends become spaces and other characters are escaped.
    fileprivate var evened: JSONValue {
        switch self {
        case .string(let text) where text.hasPrefix("<div"):
            (try? XMLReader.read(Array(text.utf8))).map { .array($0.meaning) } ?? self
        case .array(let elements): .array(elements.map(\.evened))
        case .object(let members):
            .object(members.map { JSONMember($0.key, $0.value.evened) })
        case .null, .bool, .number, .string: self
        }
    }
}

extension XMLElement {
    /// Name, attributes and contents, with runs of white space as one.
    fileprivate var meaning: [JSONValue] {
        [.string(name)] + attributes.map { .string("\($0.name)=\($0.value)") }
            + contents.compactMap { content in
                switch content {
                case .element(let element): .array(element.meaning)
                case .text(let text):
                    text.contains { !$0.isWhitespace }
                        ? .string(
                            text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
                        : nil
                }
            }
    }
}
