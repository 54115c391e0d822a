import Testing

@Suite("The house is tidy")
struct TidyTests {
    static let rules: [TidyRule] =
        SizeRules.all + WordRules.all + ReasonRules.all + ImportRules.all
        + DocumentRules.all

    @Test("Every file follows the rule", arguments: rules)
    func everyFileFollows(_ rule: TidyRule) {
        let violations = rule.check(Repository.files)
        let list = violations.prefix(20).map(\.description).joined(separator: "\n")
        #expect(violations.isEmpty, "\(violations.count) found:\n\(list)")
    }

    @Test("The rule catches each planted violation", arguments: rules)
    func catchesPlanted(_ rule: TidyRule) {
        #expect(!rule.guilty.isEmpty)
        for (index, files) in rule.guilty.enumerated() {
            #expect(!rule.check(files).isEmpty, "planted set \(index) went unseen")
        }
    }

    @Test("The rule lets innocent files pass", arguments: rules)
    func passesInnocent(_ rule: TidyRule) {
        #expect(!rule.innocent.isEmpty)
        #expect(rule.check(rule.innocent) == [])
    }

    @Test("The whole repository is read, so that the rules see something")
    func repositoryIsRead() {
        #expect(Repository.files.contains { $0.path == "Package.swift" })
        #expect(Repository.files.filter { $0.room != nil }.count > 30)
        #expect(Repository.files.contains { $0.path == "Makefile" })
    }
}

@Suite("Comments and strings are told from code")
struct CodeTextTests {
    @Test(
        "Only code stays",
        arguments: [
            (#"let a = "print(1)" // print(2)"#, #"let a = "        "            "#),
            (#"a("\(b("x"))y") + c"#, #"a("\(b(" ")) ") + c"#),
            (##"let r = #"a"b\n"#; d()"##, ##"let r = #"     "#; d()"##),
            ("/* a /* b */ c */ d", "                  d"),
            (#"let q = "a\"b" + e"#, #"let q = "    " + e"#),
            ("\"\"\"\n try! \"x\" \n\"\"\" f", "\"\"\"\n          \n\"\"\" f"),
        ])
    func onlyCodeStays(_ source: String, _ expected: String) {
        #expect(CodeText.lines(of: source).joined(separator: "\n") == expected)
    }
}
