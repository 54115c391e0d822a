import FHIRSearch
import System
import Testing

/// The page about searches says what the code does.
@Suite("Search document")
struct SearchDocumentTests {
    private static let text: String = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try? FileSystem.read("/\(package)/docs/fhir-search.md", limit: 1 << 20)
        return String(decoding: bytes ?? [], as: UTF8.self)
    }()

    /// The cells of rows whose first cell is code, without the quotes of code.
    private static var rows: [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.replacing("\\|", with: "/").split(separator: "|").map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                    .replacing("`", with: "")
            }
        }
    }

    @Test("limits are those of the code")
    func limits() {
        let limits = SearchLimits.standard
        let wanted: [[String]] = [
            ("parameters", limits.parameters), ("valueBytes", limits.valueBytes),
            ("alternatives", limits.alternatives), ("chainDepth", limits.chainDepth),
            ("includes", limits.includes), ("sortKeys", limits.sortKeys),
            ("expansion", limits.expansion), ("termBytes", SearchLimits.termBytes),
            ("pageDefault", limits.pageDefault), ("pageMaximum", limits.pageMaximum),
            ("included", SearchLimits.includedMaximum),
        ].map { [$0.0, String($0.1)] }
        #expect(Self.rows.filter { $0.count == 2 } == wanted)
        #expect(Self.text.contains("first \(SearchLimits.sortBytes) bytes"))
    }

    /// A parameter of each kind.
    private static let parameters = [
        "string": "Patient?family", "token": "Patient?identifier", "date": "Patient?birthdate",
        "number": "RiskAssessment?probability", "quantity": "Observation?value-quantity",
        "reference": "Observation?subject", "uri": "ValueSet?url",
        "composite": "Observation?code-value-quantity",
    ]

    @Test(
        "each kind has exactly the modifiers that are named",
        .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
    func modifiers() throws {
        let kinds = Self.rows.filter { $0.count == 3 }
        #expect(kinds.map { $0[0] }.sorted() == Self.parameters.keys.sorted())
        let all = [
            "exact", "contains", "not", "text", "of-type", "in", "not-in", "above", "below",
            "identifier", "Patient", "missing", "other",
        ]
        for row in kinds {
            let parts = try #require(Self.parameters[row[0]]).split(separator: "?")
            for modifier in all {
                let text = "\(parts[1]):\(modifier)=x"
                var isRefused = false
                do throws(SearchError) {
                    _ = try InstalledDefinitions.query(text, String(parts[0]))
                } catch {
                    if case .modifier = error { isRefused = true }
                }
                let isNamed = row[2].replacing(" and other types", with: "")
                    .split(separator: ", ").contains(":\(modifier)")
                #expect(isNamed == !isRefused, "\(row[0]):\(modifier)")
            }
        }
    }

    @Test(
        "what is said to be refused is refused by name",
        .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
    func unsupported() throws {
        let line = try #require(
            Self.text.split(separator: "\n").first { $0.hasPrefix("Not answered") })
        let names = line.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
        #expect(names.count == 8)
        for name in names {
            let text = name.contains("=") ? name : name + "=x"
            let code = String(name.split(separator: "=")[0])
            #expect(throws: SearchError.unsupportedParameter(code)) {
                try InstalledDefinitions.query(text, "Location")
            }
        }
    }
}
