import Conformance
import Encoding
import FHIRPath
import FHIRViews
import System
import Testing

/// A folder of small files, and a view over them.
final class SmallFiles: Sendable {
    static let isReady = (try? InstalledDefinitions.load()) != nil
    static let absence: Comment = "run make setup for the definitions of FHIR"

    let folder: String

    init() throws { folder = try FileSystem.makeTemporaryFolder("kanglian-views") }

    deinit { try? FileSystem.removeTree(folder) }

    /// Writes a file and returns its path.
    @discardableResult
    func add(_ name: String, _ text: String) throws -> String {
        try add(name, Array(text.utf8))
    }

    @discardableResult
    func add(_ name: String, _ bytes: [UInt8]) throws -> String {
        try FileSystem.writeAtomically("\(folder)/\(name)", bytes)
        return "\(folder)/\(name)"
    }

    /// Names of all that lies in the folder.
    var names: [String] { (try? FileSystem.list(folder)) ?? [] }

    static let viewText = """
        {"resource":"Patient","select":[{"column":[
        {"name":"id","path":"getResourceKey()"},{"name":"active","path":"active"},
        {"name":"births","path":"multipleBirth.ofType(integer)"},{"name":"born","path":"birthDate"},
        {"name":"given","path":"name.given","collection":true}]}]}
        """

    static func view(_ text: String = viewText) throws -> ViewDefinition {
        try ViewDefinition(JSONValue(parsing: Array(text.utf8)))
    }

    static func environment() throws -> PathEnvironment {
        PathEnvironment(table: try InstalledDefinitions.load(), now: SystemClock.now)
    }

    static func patient(_ id: String, _ rest: String = "") -> String {
        #"{"resourceType":"Patient","id":"\#(id)"\#(rest)}"#
    }
}
