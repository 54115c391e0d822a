import Base
import Encoding
import System

/// Test data of RFC 8785: texts with their canonical forms, and numbers.
///
/// | file | what |
/// |---|---|
/// | `…/input/NAME` with `…/output/NAME` | a text and its canonical bytes |
/// | `…/input/NAME.json` with `…/outhex/NAME.txt` | the same, the bytes in hexadecimal |
/// | `NAMEinputREST` with `NAMEoutputREST` | a single pair |
/// | another `.txt` | lines of `bits of a double in hexadecimal,expected text` |
///
/// Source: https://github.com/cyberphone/json-canonicalization, `testdata`.
enum CanonicalSuite {
    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) {
        for (index, file) in files.enumerated() {
            progress("\(file.name), \(index + 1) of \(files.count) files")
            let role = Role(file)
            switch role {
            case .input(let expected): pair(file, expected, &tally)
            case .output(let inputs):
                if !inputs.contains(where: FileSystem.exists) {
                    tally.fail(file.name, "unknown shape: there is no input for this output")
                }
            case .numbers: NumberLines.run(file, &tally, progress)
            case .unknown:
                tally.skip(
                    file.name, "unknown shape: neither an input with its output nor a number file")
            }
        }
    }

    private static func pair(_ file: SuiteFile, _ expected: [Role.Expected], _ tally: inout Tally) {
        let present = expected.filter { FileSystem.exists($0.path) }
        guard !present.isEmpty else {
            return tally.fail(file.name, "unknown shape: there is no output for this input")
        }
        guard let input = file.read(&tally) else { return }
        let canonical: [UInt8]
        do throws(JSONError) {
            canonical = try JSONCanonical.canonicalize(JSONValue(parsing: input))
        } catch {
            return tally.fail(file.name, error.refusal(in: input).english)
        }
        for output in present {
            let other = SuiteFile(name: "\(file.name) (\(output.what))", path: output.path)
            guard let bytes = other.read(&tally) else { continue }
            guard let wanted = output.isHexadecimal ? unhexed(bytes) : bytes else {
                tally.fail(other.name, "unknown shape: the expected bytes are not hexadecimal")
                continue
            }
            tally.add(other.name, nil, compare(canonical, wanted))
        }
    }

    private static func compare(_ canonical: [UInt8], _ wanted: [UInt8]) -> Verdict {
        guard canonical != wanted else { return .passed }
        let place = zip(canonical, wanted).enumerated().first { $0.element.0 != $0.element.1 }
        let offset = place?.offset ?? min(canonical.count, wanted.count)
        return .failed("the canonical text differs from byte \(offset) on")
    }

    private static func unhexed(_ bytes: [UInt8]) -> [UInt8]? {
        Hex.decode(String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self))
    }
}

/// What a file of the suite is, by its name.
private enum Role {
    /// A place where an input's canonical bytes may be.
    struct Expected {
        let what: String
        let path: String
        let isHexadecimal: Bool
    }

    case input([Expected])
    /// The places where its input may be.
    case output([String])
    case numbers
    case unknown

    init(_ file: SuiteFile) {
        var parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
            .map(String.init)
        let name = parts.removeLast()
        let stem = String(name.prefix { $0 != "." })
        func sibling(_ folder: String, _ name: String) -> String {
            (parts.dropLast() + [folder, name]).joined(separator: "/")
        }
        func beside(_ name: String) -> String { (parts + [name]).joined(separator: "/") }
        switch parts.last {
        case "input":
            self = .input([
                Expected(what: "output", path: sibling("output", name), isHexadecimal: false),
                Expected(
                    what: "outhex", path: sibling("outhex", stem + ".txt"), isHexadecimal: true),
            ])
        case "output": self = .output([sibling("input", name)])
        case "outhex": self = .output([sibling("input", stem + ".json")])
        default:
            if let other = Self.replacing("input", with: "output", in: name) {
                self = .input([
                    Expected(what: "output", path: beside(other), isHexadecimal: false)
                ])
            } else if let other = Self.replacing("output", with: "input", in: name) {
                self = .output([beside(other)])
            } else {
                self = name.hasSuffix(".txt") ? .numbers : .unknown
            }
        }
    }

    /// The name with the last occurrence of a word replaced; nil when there is none.
    private static func replacing(
        _ word: String, with other: String, in name: String
    ) -> String? {
        let (bytes, wanted) = (Array(name.utf8), Array(word.utf8))
        guard bytes.count >= wanted.count else { return nil }
        for start in stride(from: bytes.count - wanted.count, through: 0, by: -1)
        where bytes[start..<start + wanted.count].elementsEqual(wanted) {
            let changed = bytes[..<start] + Array(other.utf8) + bytes[(start + wanted.count)...]
            return String(decoding: changed, as: UTF8.self)
        }
        return nil
    }
}
