import Testing

/// The page speaks two languages completely.
struct LanguageTests {
    /// The sentences of one language by key, as console-text.js lists them.
    private static func sentences(_ language: String) throws -> [String: String] {
        let text = try pageText("/console-text.js")
        let start = try #require(text.firstRange(of: "\n  \"\(language)\": {\n"))
        let rest = text[start.upperBound...]
        let end = try #require(rest.firstRange(of: "\n  },\n"))
        let body = rest[..<end.lowerBound]
        var found: [String: String] = [:]
        let heads = body.matches(of: /(?m)^ {4}"([a-z.-]+)":/)
        for (index, head) in heads.enumerated() {
            let next = index + 1 < heads.count ? heads[index + 1].range.lowerBound : body.endIndex
            let value = String(body[head.range.upperBound..<next])
            let known = found.updateValue(value, forKey: String(head.1))
            #expect(known == nil, "\(language) says \(head.1) twice")
        }
        return found
    }

    @Test func `Both languages have the same keys and values in their sentences`() throws {
        let english = try Self.sentences("en")
        let chinese = try Self.sentences("zh-CN")
        #expect(english.count > 100)
        let onlyOne = Set(english.keys).symmetricDifference(chinese.keys)
        #expect(onlyOne.isEmpty, "only in one language: \(onlyOne.sorted())")
        for (key, sentence) in english {
            let marks = Self.marks(sentence)
            #expect(marks == Self.marks(chinese[key] ?? ""), "\(key) names other values")
        }
    }

    private static func marks(_ sentence: String) -> Set<String> {
        Set(sentence.matches(of: /\{([a-z]+)\}/).map { String($0.1) })
    }

    @Test func `Chinese sentences are Chinese and English ones are not`() throws {
        let isHan: (Unicode.Scalar) -> Bool = { (0x4e00...0x9fff).contains($0.value) }
        for (key, sentence) in try Self.sentences("en") {
            #expect(
                !sentence.unicodeScalars.contains(where: isHan) || key == "page.title", "\(key)")
        }
        for (key, sentence) in try Self.sentences("zh-CN") {
            #expect(sentence.unicodeScalars.contains(where: isHan), "\(key)")
        }
    }

    @Test func `Every key that the page uses exists, and every key is used`() throws {
        let keys = Set(try Self.sentences("en").keys)
        var used: Set<String> = []
        for match in try pageText("/").matches(of: /data-say(?:-label)?="([^"]+)"/) {
            used.insert(String(match.1))
        }
        var prefixes: Set<String> = []
        for path in scriptPaths where path != "/console-text.js" {
            let text = try pageText(path)
            for match in text.matches(of: /\bsay\(\s*"([^"]+)"/) { used.insert(String(match.1)) }
            for match in text.matches(of: /\bword\("([^"]+)"/) { prefixes.insert(String(match.1)) }
        }
        let missing = used.subtracting(keys)
        #expect(missing.isEmpty, "no sentence for \(missing.sorted())")
        let idle = keys.subtracting(used).filter { key in
            !prefixes.contains { key.hasPrefix($0) }
        }
        #expect(idle.isEmpty, "nobody says \(idle.sorted())")
        for prefix in prefixes { #expect(keys.contains { $0.hasPrefix(prefix) }) }
    }
}
