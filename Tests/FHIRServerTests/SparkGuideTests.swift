import Agent
import Base
import Encoding
import FHIRModel
import FHIRServer
import HTTPServer
import Ledger
import System
import Testing

/// The guide to Spark, word for word, over a real export of six patients of whom five consented.
@Suite(
    "The guide to Spark",
    .enabled(if: SparkWorld.isReady, "make spark, make setup and the shared data are needed"))
struct SparkGuideTests {
    @Test("every command runs, prints what the page says, and Spark counts as we do")
    func guide() throws {
        let world = try SparkWorld()
        defer { world.close() }
        var printed: [String] = []
        for step in try SparkGuide().steps {
            switch step {
            case .save(let name, let text):
                try FileSystem.writeAtomically(world.folder + "/" + name, Array(text.utf8))
            case .run(let commands, let line):
                let result = try world.run(commands)
                #expect(result.end == .exited(0), "line \(line): \(result.errorText.suffix(3000))")
                printed.append(result.text)
                if FileSystem.exists(world.folder + "/jwks.json") { try world.letClientIn() }
            case .compare(let text): #expect(printed.last == text)
            }
        }
        try #require(printed.count >= 5)
        let report = try #require(printed.last { $0.contains("Mean systolic pressure by year") })
        try compare(report, SparkCounts(world.consenting))
        #expect(!FileSystem.exists(world.folder + "/export"))
        try checkAudit(world)
    }

    private func compare(_ report: String, _ counts: SparkCounts) throws {
        let tables = SparkReport(report).tables
        try #require(tables.count == 4)
        #expect(
            tables[0].map { [$0[0], $0[1]] } == counts.pressure.map { [$0.year, "\($0.count)"] })
        for (row, expected) in zip(tables[0], counts.pressure) {
            let mean = try #require(Double(row[2]))
            #expect(abs(mean - expected.mean) < 0.0501, "\(row)")
        }
        #expect(tables[1] == counts.diabetes)
        #expect(tables[2] == counts.medications)
        #expect(tables[3] == counts.genders)
    }

    /// Who consented sees the export under its purpose; who did not was not read.
    private func checkAudit(_ world: SparkWorld) throws {
        for (id, consents) in world.patients {
            let answer = world.zone.ask(.get, "AuditEvent?patient=Patient/\(id)&_count=10")
            let purposes = (answer.resource?["entry"]?.elements ?? []).compactMap {
                $0["resource"]?["purposeOfEvent"]?[0]?["coding"]?[0]?["code"]?.stringValue
            }
            #expect(purposes.contains("HRESCH") == consents, "\(id)")
        }
    }
}

/// What Spark printed: the cells of its tables, titles and frames left out.
private struct SparkReport {
    let tables: [[[String]]]

    init(_ text: String) {
        var tables: [[[String]]] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("|") {
                let cells = line.split(separator: "|").map {
                    String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                }
                tables[tables.count - 1].append(cells)
            } else if !line.hasPrefix("+") {
                tables.append([])
            }
        }
        // The first row of each names the columns.
        self.tables = tables.map { Array($0.dropFirst()) }
    }
}
