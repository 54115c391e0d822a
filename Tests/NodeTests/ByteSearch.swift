import Base
import Cryptography
import Encoding
@preconcurrency import Glibc
import System

/// Finds many byte strings in files at once: a table of their first four bytes, then the whole.
struct ByteSearch {
    private static let windowCount = 4
    private static let pageCount = 4096

    private var needles: [[UInt8]] = []
    private var byWindow: [UInt32: [Int]] = [:]
    /// One bit for each hash of a window: most positions need no look into the table.
    private var filter = [UInt64](repeating: 0, count: 1 << 14)

    var count: Int { needles.count }

    init(_ wanted: Set<[UInt8]>) {
        for needle in wanted where needle.count >= Self.windowCount {
            let window = needle[..<4].reduce(UInt32(0)) { $0 >> 8 | UInt32($1) << 24 }
            byWindow[window, default: []].append(needles.count)
            needles.append(needle)
            let bit = Self.bit(window)
            filter[bit >> 6] |= 1 << UInt64(bit & 63)
        }
    }

    private static func bit(_ window: UInt32) -> Int { Int((window &* 0x9E37_79B1) >> 12) }

    /// The needles that occur in any file below a folder, with one file for each.
    func found(below folder: String) throws -> [[UInt8]: String] {
        var found: [[UInt8]: String] = [:]
        for name in try FileSystem.list(folder) {
            let path = "\(folder)/\(name)"
            if FileSystem.isFolder(path) {
                found.merge(try self.found(below: path)) { first, _ in first }
            } else {
                for needle in matches(in: try FileSystem.read(path, limit: 1 << 30)) {
                    found[needle] = path
                }
            }
        }
        return found
    }

    func matches(in bytes: [UInt8]) -> Set<[UInt8]> {
        var found: Set<Int> = []
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            let zeros = [UInt8](repeating: 0, count: Self.pageCount)
            var position = 0
            while position + Self.windowCount <= buffer.count {
                if position % Self.pageCount == 0, position + Self.pageCount <= buffer.count,
                    memcmp(base + position, zeros, Self.pageCount) == 0
                {
                    // No needle begins with 64 zeros: only the end of the page can begin one.
                    position += Self.pageCount - 64
                    continue
                }
                let window = UInt32(
                    littleEndian: buffer.loadUnaligned(fromByteOffset: position, as: UInt32.self))
                let bit = Self.bit(window)
                if filter[bit >> 6] >> UInt64(bit & 63) & 1 == 1 {
                    for index in byWindow[window] ?? [] {
                        let needle = needles[index]
                        if position + needle.count <= buffer.count,
                            memcmp(base + position, needle, needle.count) == 0
                        {
                            found.insert(index)
                        }
                    }
                }
                position += 1
            }
        }
        return Set(found.map { needles[$0] })
    }
}

/// What FHIR resources say about people, as byte strings that must be nowhere in a node's folder.
struct PersonalStrings {
    private static let named: Set<String> = [
        "family", "given", "text", "display", "line", "city", "district", "postalCode",
        "birthDate", "id", "div",
    ]
    private static let shortest = 6

    private(set) var needles: Set<[UInt8]> = []

    mutating func collect(_ value: JSONValue, key: String = "", within parent: String = "") {
        switch value {
        case .object(let members):
            for member in members {
                collect(member.value, key: member.key, within: key.isEmpty ? parent : key)
            }
        case .array(let elements):
            for element in elements { collect(element, key: key, within: parent) }
        case .string(let text):
            let isIdentifier = key == "value" && parent == "identifier"
            if isIdentifier || key == "value" && parent == "telecom" || Self.named.contains(key) {
                insert(text)
            }
            if isIdentifier || Self.isIdentityNumber(text) {
                insert(text)
                for suite in [HashSuite.sha256, .sm3] {
                    let digest = suite.hash(Array(text.utf8))
                    needles.insert(digest.bytes)
                    needles.insert(Array(digest.description.utf8))
                    needles.insert(Array(digest.description.uppercased().utf8))
                }
            }
        default: break
        }
    }

    /// Adds a string to look for.
    ///
    /// Random ciphertext holds every string of two or three bytes by chance, so a short one is
    /// looked for as the JSON token that a leaked resource would show. One letter is left out: with
    /// its quotes it is still in any few megabytes of random bytes, and it names nobody.
    private mutating func insert(_ text: String) {
        let bytes = Array(text.utf8)
        if bytes.count >= Self.shortest {
            needles.insert(bytes)
        } else if bytes.count >= 2 {
            needles.insert(Array("\"\(text)\"".utf8))
        }
    }

    private static func isIdentityNumber(_ text: String) -> Bool {
        text.utf8.count == 18 && text.dropLast().allSatisfy(\.isNumber)
    }
}
