import Agent
import Base
import Encoding
import System
import Testing

@testable import Conformance

@Suite("Suite roundtrip", .serialized)
struct RoundTripSuiteTests {
    /// White space, order and decimals that a careless reader would change.
    private static let bundle = """
        {"type" : "collection", "resourceType":"Bundle",\r\n "entry":[ {"resource" :
        {"id":"p","resourceType":"Patient","birthDate":"1970-01-01"} },
          {"resource":{"resourceType":"Observation","status":"final","code":{"text":"\\u00e9"},
           "subject":{"reference":"Patient/p"},"valueQuantity":{"value":5.10}}},
          {"resource":{"resourceType":"Organization","name":"医院"}}]}\n
        """

    private static let patient = #"{"resourceType":"Patient", "id":"q"}"#
    private static let observation = #"""
        {"resourceType":"Observation","subject":{"reference":"Patient/q"},"valueDecimal":1.00}
        """#

    @Test("brings back bundles, single resources and lines, and reports what is no FHIR")
    func files() throws {
        let folder = try SuiteFolder([
            ("a/bundle.json", Self.bundle), ("a/again.json", Self.bundle),
            ("single.json", "\n " + Self.patient + "\r\n"),
            ("lines.ndjson", Self.patient + "\r\n\n" + Self.observation),
            ("nothing.json", #"{"resourceType":"Nothing"}"#), ("cut.json", #"{"resourceType":"#),
            ("list.json", #"["Patient"]"#), ("fake.json.bz2", "BZh9 no"),
            ("empty.ndjson", "\n"), ("page.xml", "<Patient/>"),
            (
                "get.json",
                #"""
                {"resourceType":"Bundle","type":"batch","entry":[
                {"request":{"method":"GET","url":"Patient/1"}}]}
                """#
            ),
        ])
        let report = try folder.run(.roundtrip)
        #expect(report.counts == [6, 4, 2], "\(report)")
        #expect(
            report.failures.map(\.name) == [
                "cut.json", "fake.json.bz2", "list.json", "nothing.json",
            ])
        #expect(report.skips.map(\.name).sorted() == ["empty.ndjson", "page.xml"])
        #expect(report.skips.contains { $0.reason.contains("unknown shape") })
    }

    @Test("notices a byte that changed, a record that is missing and one too many")
    func changes() throws {
        let zone = try RoundTripZone()
        defer { zone.close() }
        let bytes = Array(Self.bundle.utf8)
        let written = try zone.importFile(bytes, name: "bundle.json") { _ in }
        #expect(written.count == 4)
        let outcomes = try zone.read(written)
        var returned = try ReturnedDocuments(outcomes)
        #expect(returned.count == 1)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            let isTaken = returned.take(changed)
            #expect(!isTaken, "byte \(place)")
        }
        let isWhole = returned.take(bytes)
        #expect(isWhole && returned.count == 0)
        let isThereTwice = returned.take(bytes)
        #expect(!isThereTwice)
        for index in outcomes.indices {
            var fewer = outcomes
            let dropped = fewer.remove(at: index)
            guard dropped.opened?.payload.kind != .manifest else { continue }
            #expect(throws: PortError.self) { try ReturnedDocuments(fewer) }
        }
        // A record that nobody wrote is refused, and a refused read is no document.
        let strange = written.map { WritingPort.Written(owner: $0.owner, record: .zero) }
        #expect(throws: PortError.self) { try ReturnedDocuments(zone.read(strange)) }
    }

    @Test("leaves no folder behind")
    func cleaning() throws {
        let zone = try RoundTripZone()
        #expect(FileSystem.isFolder(zone.folder + "/node/vault"))
        zone.close()
        #expect(!FileSystem.exists(zone.folder))
    }

    @Test(
        "brings back every bundle of Synthea",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func published() throws {
        let folder = try #require(TestData.folder) + "/synthea"
        let files = try FileSystem.list(folder).count
        #expect(files > 0)
        let report = try Conformance.run(.roundtrip, path: folder) { _ in }
        #expect(report.counts == [files, 0, 0], "\(report)")
    }
}
