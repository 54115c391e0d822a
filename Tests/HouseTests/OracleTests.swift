import Foundation
import Testing

@Suite(
    "The judge of API descriptions tells good from bad",
    .enabled(if: Repository.exists(".venv/bin/python"), "run make setup for the judges"))
struct OracleTests {
    /// The exit status of `scripts/oracle.py openapi` on a description.
    private func judge(_ description: String) throws -> Int32 {
        let process = Process()
        process.executableURL = Repository.url(".venv/bin/python")
        process.arguments = [Repository.url("scripts/oracle.py").path, "openapi"]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        input.fileHandleForWriting.write(Data(description.utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("A valid description passes")
    func passesValid() throws {
        let paths = #"{"/a":{"get":{"responses":{"200":{"description":"fine"}}}}}"#
        let info = #"{"title":"t","version":"1"}"#
        #expect(try judge("{\"openapi\":\"3.1.0\",\"info\":\(info),\"paths\":\(paths)}") == 0)
    }

    @Test("A description without a version, or with an undeclared parameter, fails")
    func failsInvalid() throws {
        let paths = #"{"/a/{id}":{"get":{"responses":{"200":{"description":"fine"}}}}}"#
        for info in [#"{"title":"t"}"#, #"{"title":"t","version":"1"}"#] {
            #expect(try judge("{\"openapi\":\"3.1.0\",\"info\":\(info),\"paths\":\(paths)}") == 1)
        }
    }
}
