import Base
import Synchronization
import System
import Testing

@Suite("The logger")
struct LoggerTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])

        func logger(_ minimum: Logger.Level) -> Logger {
            Logger(minimum: minimum, clock: { Timestamp(milliseconds: 1_795_241_582_000) }) {
                (line) throws(SystemError) in
                self.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            }
        }
    }

    private func value(_ value: LogValue) -> String {
        let lines = Lines()
        lines.logger(.debug).log(.info, "e", ["v": value])
        let line = lines.all.withLock { $0[0] }
        let prefix =
            "{\"time\":\"2026-11-21T06:13:02.000Z\",\"level\":\"info\",\"event\":\"e\",\"v\":"
        #expect(line.hasPrefix(prefix) && line.hasSuffix("}\n"))
        return String(line.dropFirst(prefix.count).dropLast(2))
    }

    @Test("writes one JSON object a line with its fields in order")
    func line() {
        let lines = Lines()
        let logger = lines.logger(.info)
        logger.log(.debug, "left.out")
        logger.log(.warning, "block.final", ["height": .unsigned(7), "root": .hash(.zero)])
        let zero = String(repeating: "0", count: 64)
        #expect(
            lines.all.withLock { $0 } == [
                "{\"time\":\"2026-11-21T06:13:02.000Z\",\"level\":\"warning\","
                    + "\"event\":\"block.final\",\"height\":7,\"root\":\"\(zero)\"}\n"
            ])
    }

    @Test("writes values of the closed set")
    func values() {
        #expect(value(.number(-5)) == "-5")
        #expect(value(.unsigned(.max)) == "18446744073709551615")
        #expect(value(.flag(true)) == "true")
        #expect(value(.word("a \"quoted\"\\ word\n")) == "\"a \\\"quoted\\\"\\\\ word\\u000a\"")
        #expect(value(.time(Timestamp(milliseconds: 0))) == "\"1970-01-01T00:00:00.000Z\"")
        #expect(value(.microseconds(12)) == "12")
        #expect(value(.refusal(Refusal("a.b", "Mr Wang, 1990", "王"))) == "\"a.b\"")
        #expect(value(.systemError(SystemError("open", "/x", code: 2))) == "\"open.2\"")
        #expect(value(.name("side-3_medical.v2")) == "\"side-3_medical.v2\"")
    }

    @Test(
        "withholds text that could come from a person",
        arguments: [
            "Wang Wei", "王伟", "13800138000", "138-0013-8000", "11010519491231002X", "a\"b", "",
            String(repeating: "a", count: 65), "id123456", "line\nbreak",
        ])
    func withheld(text: String) {
        #expect(value(.name(text)) == "\"withheld\"")
        #expect(value(.refusal(Refusal(text, "", ""))) == "\"withheld\"")
    }

    @Test("appends to a file of the owner, and counts lines that it cannot write")
    func file() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/log"
        for _ in 0..<2 { try Logger.file(path).log(.error, "disk.full") }
        let text = String(decoding: try FileSystem.read(path, limit: 1000), as: UTF8.self)
        #expect(text.split(separator: "\n").count == 2)
        #expect(try FileSystem.permissions(path) == 0o600)
        let full = try Logger.file("/dev/full")
        full.log(.info, "lost")
        full.log(.info, "lost")
        #expect(full.droppedCount == 2)
        Logger.silent.log(.error, "unheard")
    }
}
