import Base
import Encoding
import FHIRDefinitions
import System

/// Finds the resources that tests start from, in JSON or XML.
struct FHIRPathInputs {
    private let table: DefinitionTable
    /// Files by name in lower case without the ending: HL7 writes the names of its examples in
    /// either case.
    private var files: [String: [SuiteFile]] = [:]
    private var resources: [String: Result] = [:]
    /// The paths that tests have asked for.
    private(set) var used: Set<String> = []

    /// A resource, or why there is none.
    enum Result {
        case found(JSONValue)
        case missing
        case broken(String)
    }

    /// HL7's official examples in the folder of published data, which may be absent.
    static var published: String? {
        guard let folder = Environment.value("KANGLIAN_DATA") else { return nil }
        let path = folder + "/fhir-r4/examples.tar.xz"
        return FileSystem.exists(path) ? path : nil
    }

    init(_ table: DefinitionTable) { self.table = table }

    /// Offers files; those that were offered earlier go first.
    mutating func add(_ offered: [SuiteFile]) {
        for file in offered
        where file.lastName.hasSuffix(".json") || file.lastName.hasSuffix(".xml") {
            files[Self.key(file.lastName), default: []].append(file)
        }
    }

    private static func key(_ name: String) -> String {
        let parts = name.lowercased().split(separator: ".")
        return parts.dropLast().joined(separator: ".")
    }

    /// The resource of a file that a test names; the same resource in the other form will do.
    mutating func resource(_ name: String) -> Result {
        if let result = resources[name] { return result }
        let candidates = files[Self.key(name)] ?? []
        let exact = candidates.first { $0.lastName == name }
        let result = (exact ?? candidates.first).map { read($0) } ?? .missing
        if let file = exact ?? candidates.first { used.insert(file.path) }
        resources[name] = result
        return result
    }

    private func read(_ file: SuiteFile) -> Result {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(file.path, limit: SuiteFile.byteLimit)
        } catch {
            return .broken("the input \(file.name) cannot be read: \(error.reason)")
        }
        if file.lastName.hasSuffix(".json") {
            do throws(JSONError) {
                return .found(try JSONValue(parsing: bytes))
            } catch {
                return .broken("the input \(file.name): \(error.refusal(in: bytes).english)")
            }
        }
        do throws(FHIRXML.Failure) {
            return .found(try FHIRXML.json(bytes, table: table))
        } catch {
            return .broken("the input \(file.name) is not FHIR's XML: \(error)")
        }
    }
}
