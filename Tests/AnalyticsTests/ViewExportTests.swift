import Analytics
import Base
import FHIRPath
import FHIRViews
import Synchronization
import System
import Testing

/// Files of every form become rows of every form, and what is wrong is named with its place.
@Suite("Tables from files", .enabled(if: SmallFiles.isReady, SmallFiles.absence))
struct ViewExportTests {
    private let files: SmallFiles

    init() throws { files = try SmallFiles() }

    /// The bytes that a view gives in a format, and the pieces in which they came.
    private func export(
        _ paths: [String], _ format: RowFormat, view: String = SmallFiles.viewText,
        isStopped: () -> Bool = { false }
    ) throws -> (bytes: [UInt8], pieces: Int) {
        let output = Mutex<(bytes: [UInt8], pieces: Int)>(([], 0))
        var export = try ViewExport(
            SmallFiles.view(view), in: SmallFiles.environment(), as: format
        ) { (bytes) throws(AnalyticsError) in
            output.withLock {
                $0.bytes += bytes
                $0.pieces += 1
            }
        }
        for path in paths { try export.add(ResourceFile(path), isStopped: isStopped) }
        try export.finish()
        return output.withLock { $0 }
    }

    private func text(_ paths: [String], _ format: RowFormat) throws -> String {
        String(decoding: try export(paths, format).bytes, as: UTF8.self)
    }

    @Test("NDJSON, Bundles, single resources and bzip2 give the same rows")
    func forms() throws {
        let (first, second) = (
            SmallFiles.patient("a", #","active":true,"name":[{"given":["王,\"1\"","x"]}]"#),
            SmallFiles.patient("b", #","birthDate":"1974-12","multipleBirthInteger":2"#)
        )
        let lines = try files.add(
            "p.ndjson", "\(first)\r\n\n\(second)\n" + #"{"resourceType":"Basic"}"#)
        let bundle = try files.add(
            "b.json",
            #"{"resourceType":"Bundle","entry":[{"resource":\#(first)},{},"#
                + #"{"resource":\#(second)}]}"#
        )
        let csv =
            "id,active,births,born,given\r\n"
            + "a,true,,,\"[\"\"王,\\\"\"1\\\"\"\"\",\"\"x\"\"]\"\r\nb,,2,1974-12,[]\r\n"
        #expect(try text([lines], .csv) == csv)
        #expect(try text([bundle], .csv) == csv)
        let one = try files.add("1.json", first)
        let two = try files.add("2.JSONL", second)
        #expect(try text([one, two], .csv) == csv)
        #expect(
            try text([lines], .ndjson).split(separator: "\n").last
                == #"{"id":"b","active":null,"births":2,"born":"1974-12","given":[]}"#)
        // bzip2 of a line with the patient z.
        let packed = try #require(
            Hex.decode(
                "425a6839314159265359c7d117580000115b8000101004001044002e21de3a2000222341a0034da8"
                    + "51a32068d32341dbdd1018a914ecbb5e1c2784f0128b30120ff8bb9229c284863e88bac0"))
        let bzip2 = try files.add("z.ndjson.bz2", packed)
        #expect(try text([bzip2], .csv) == "id,active,births,born,given\r\nz,,,,[]\r\n")
    }

    @Test("a table without rows has its header")
    func empty() throws {
        let path = try files.add("none.ndjson", "")
        #expect(try text([path], .csv) == "id,active,births,born,given\r\n")
        #expect(try text([path], .ndjson).isEmpty)
        #expect(try export([path], .parquet).bytes.suffix(4) == Array("PAR1".utf8)[...])
    }

    @Test("rows are handed on while the file is read")
    func streams() throws {
        let lines = (0..<4000).map { SmallFiles.patient("patient-\($0)") + "\n" }.joined()
        let path = try files.add("many.ndjson", lines)
        let output = try export([path], .ndjson)
        #expect(output.pieces > 3)
        #expect(output.bytes.split(separator: 0x0A).count == 4000)
    }

    static let wrong: [(name: String, text: String, code: String, place: String)] = [
        ("a.ndjson", SmallFiles.patient("a") + "\n\n{\"x\"", "json.truncated", ", line 3"),
        ("a.ndjson", "[]\n", "view.no-resource", ", line 1"),
        ("a.json", "1", "view.no-resource", "a.json"),
        (
            "a.json", #"{"resourceType":"Bundle","entry":[{},{"resource":{}}]}"#,
            "view.no-resource", ", entry 2"
        ),
        ("a.ndjson.bz2", "BZ", "view.bzip2", "a.ndjson.bz2"),
        ("a.ndjson.zst", "", "view.form", ".zst"), ("a.xml", "", "view.form", ".xml"),
    ]

    @Test("what cannot be read is named with file and line, in two languages", arguments: wrong)
    func refusals(_ sample: (name: String, text: String, code: String, place: String)) throws {
        let path = try files.add(sample.name, sample.text)
        let error = try #require(throws: AnalyticsError.self) { try export([path], .csv) }
        #expect(error.refusal.code == sample.code)
        #expect(error.refusal.english.contains(sample.place), "\(error.refusal)")
        #expect(error.refusal.chinese.contains(sample.name))
    }

    @Test("rows that the view or the format does not take name the resource")
    func rows() throws {
        let path = try files.add(
            "a.ndjson",
            SmallFiles.patient("a") + "\n"
                + SmallFiles.patient("secret", #","name":[{"family":"x"},{"family":"y"}]"#))
        func column(_ rest: String) -> String {
            #"{"resource":"Patient","select":[{"column":[{"name":"c",\#(rest)}]}]}"#
        }
        let several = try #require(throws: AnalyticsError.self) {
            try export([path], .csv, view: column(#""path":"name.family""#))
        }
        #expect(
            several
                == .row(
                    ResourcePlace(file: path, part: .line(2)), .severalValues(column: "c")))
        let typed = try #require(throws: AnalyticsError.self) {
            try export([path], .parquet, view: column(#""path":"id","type":"integer""#))
        }
        #expect(
            typed
                == .row(
                    ResourcePlace(file: path, part: .line(1)),
                    .otherType(column: "c", type: .integer)))
        #expect(!typed.refusal.english.contains("secret"))
        let unknown = try #require(throws: AnalyticsError.self) {
            try export([path], .parquet, view: column(#""path":"id","type":"integr""#))
        }
        #expect(unknown == .view(.unknownType(column: "c", type: "integr")))
    }

    @Test("who asks to stop is obeyed before the next resource")
    func stops() throws {
        let path = try files.add("a.ndjson", SmallFiles.patient("a"))
        #expect(throws: AnalyticsError.stopped) {
            try export([path], .csv, isStopped: { true })
        }
    }

    @Test("columns of real resources get the types that FHIR gives them")
    func types() throws {
        let table = try SmallFiles.environment().table
        let view = try SmallFiles.view()
        #expect(
            try view.columnTypes(in: table) == [.string, .boolean, .integer, .string, .string])
        let observation = try SmallFiles.view(
            """
            {"resource":"Observation","select":[{"forEach":"component","column":[
            {"name":"value","path":"value.ofType(Quantity).value"},
            {"name":"row","path":"%rowIndex"},
            {"name":"both","path":"value"}]}]}
            """)
        #expect(try observation.columnTypes(in: table) == [.decimal, .integer, .string])
        let repeated = try SmallFiles.view(
            """
            {"resource":"Questionnaire","select":[{"repeat":["item"],"column":[
            {"name":"required","path":"required"},{"name":"most","path":"maxLength"}]}]}
            """)
        #expect(try repeated.columnTypes(in: table) == [.boolean, .integer])
    }
}
