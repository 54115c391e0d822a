import Base
import System
import Testing

/// The real program as a child process, serving a node folder.
final class NodeProcess: Sendable {
    let url: String
    private let child: ChildProcess

    /// The program lies beside the test bundle.
    static var program: String {
        FileSystem.folder(of: CommandLine.arguments[0]) + "/kanglian"
    }

    /// Starts `kanglian serve` and waits until it says where it answers.
    init(serving folder: String, log: String, number: Int) throws {
        let output = "\(log).out-\(number)"
        let child = try ChildProcess(
            [Self.program, "serve", folder, "--port", "0", "--log", log],
            environment: Environment.all.filter { !$0.hasPrefix("LANG") && !$0.hasPrefix("LC_") },
            output: .file(output), errors: .file(output))
        self.child = child
        var found: String?
        try eventually("the program serves round \(number)", within: 60) {
            let bytes = (try? FileSystem.read(output, limit: 1 << 20)) ?? []
            let text = String(decoding: bytes, as: UTF8.self)
            found = Self.url(in: text)
            if found == nil, child.hasEnded {
                throw Refusal("test.child", "The program ended: \(text)", "程序已退出。")
            }
            return found != nil
        }
        url = found ?? ""
    }

    private static func url(in text: String) -> String? {
        let start = "http://127.0.0.1:"
        for word in text.split(whereSeparator: { " \n,。".contains($0) })
        where word.hasPrefix(start) {
            let digits = word.dropFirst(start.count).prefix { $0.isNumber }
            // A full stop behind the number shows that all digits have arrived.
            if text.contains("\(start)\(digits).") { return start + digits }
        }
        return nil
    }

    /// `kill -9`, and waits until it is gone.
    func kill() {
        child.kill()
        _ = child.wait(milliseconds: nil)
    }
}
