import Base
import Encoding
import FHIRModel
import System

/// A file to import: one document, or one resource a line.
struct ImportSource: Sendable {
    /// Bytes of a file after decompression.
    static let byteLimit = 1 << 30

    private enum Form: Sendable {
        case document([UInt8])
        case lines([[UInt8]])
    }

    private let form: Form
    /// Names the content in the import log, before keying.
    let digestInput: [UInt8]

    /// Takes a file apart as far as its name tells: `.bz2` is undone, `.ndjson` and `.jsonl` are
    /// lines.
    init(_ bytes: [UInt8], name: String) throws(ImportFailure) {
        var (bytes, name) = (bytes, name.lowercased())
        if name.hasSuffix(".bz2") {
            do throws(Bzip2Error) {
                bytes = try Bzip2.decompress(bytes, limit: Self.byteLimit)
            } catch { throw .document(Self.refusal(error)) }
            name.removeLast(4)
        }
        digestInput = bytes
        guard name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") else {
            form = .document(bytes)
            return
        }
        var splitter = LineSplitter()
        do throws(LineSplitter.Failure) {
            var lines = try splitter.receive(bytes)
            if let last = splitter.finish() { lines.append(last) }
            form = .lines(lines)
        } catch {
            throw .document(
                Refusal(
                    "import.line-too-long", "A line is longer than a resource may be. Split it.",
                    "某一行超过资源的长度上限。请拆分。"))
        }
    }

    /// How many documents the file holds.
    var count: Int {
        switch form {
        case .document: 1
        case .lines(let lines): lines.count
        }
    }

    /// One document, parsed.
    func unit(_ index: Int, archives: Bool = false) throws(ImportFailure) -> ImportUnit {
        let (bytes, line): ([UInt8], Int?) =
            switch form {
            case .document(let bytes): (bytes, nil)
            case .lines(let lines): (lines[index], index + 1)
            }
        do throws(ImportError) {
            return try BundleSplitter.split(bytes)
        } catch {
            if archives, let whole = try? BundleSplitter.whole(bytes) { return whole }
            let refusal = error.refusal(in: bytes)
            guard let line else { throw .document(refusal) }
            throw .document(
                Refusal(
                    refusal.code, "Row \(line): \(refusal.english)",
                    "第 \(line) 条：\(refusal.chinese)"))
        }
    }

    private static func refusal(_ error: Bzip2Error) -> Refusal {
        switch error {
        case .corrupt:
            Refusal(
                "import.bzip2", "The file is not whole bzip2 data. Fetch it again.",
                "文件不是完整的 bzip2 数据。请重新获取。")
        case .tooLarge(let limit):
            Refusal(
                "import.too-large",
                "The file is larger than \(limit >> 20) MiB when unpacked. Split it.",
                "文件解压后超过 \(limit >> 20) MiB。请拆分。")
        case .noMemory:
            Refusal(
                "import.memory", "There is no memory to unpack the file. Close other programs.",
                "内存不足，无法解压文件。请关闭其他程序。")
        }
    }
}
