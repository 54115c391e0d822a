import Base
import Encoding
import Ledger
import Node
import Testing

/// A retention policy is read strictly, and never lets go of who decided what.
@Suite
struct RetentionPolicyTests {
    private func read(_ text: String) throws(Refusal) -> RetentionPolicy {
        try RetentionPolicy(parsing: Array(text.utf8))
    }

    private func policy(classes: String, modules: String) -> String {
        """
        {"format":"kanglian-retention-1","classes":{\(classes)},"modules":{\(modules)}}
        """
    }

    @Test func `calls have the class of their name, of their module, or the permanent one`() throws
    {
        let policy = try read(
            policy(
                classes: #""record":"forever","audit":{"days":3650},"brief":{"heights":128}"#,
                modules: #""records":"record","audit":"audit","audit.note":"brief""#))
        let expected = [
            ("records", "write", "record"), ("audit", "report", "audit"),
            ("audit", "note", "brief"),
            ("consent", "grant", "permanent"), ("membership", "admit", "permanent"),
            ("governance", "vote", "permanent"),
        ]
        for (module, name, expectedClass) in expected {
            let call = Call(module: module, name: name, arguments: [])
            #expect(policy.retentionClass(of: call) == expectedClass, "\(module).\(name)")
        }
        #expect(policy.limited == ["audit", "brief"])
        #expect(policy.classes["brief"] == .heights(128))
        #expect(RetentionPolicy.everything.limited == [])
    }

    @Test(arguments: [
        ("", ""), (#""record":"forever""#, #""x":"record""#), (#""a":{"days":36525}"#, ""),
    ])
    func `what is sound is read`(_ parts: (classes: String, modules: String)) throws {
        _ = try read(policy(classes: parts.classes, modules: parts.modules))
    }

    @Test(arguments: [
        (#""permanent":{"days":1}"#, ""), (#""permanent":"forever""#, ""),
        (#""a":{"days":0}"#, ""), (#""a":{"days":36526}"#, ""), (#""a":{"heights":127}"#, ""),
        (#""a":{"heights":1e3}"#, ""), (#""a":{"heights":-1}"#, ""), (#""a":{"weeks":9}"#, ""),
        (#""a":{"days":1,"heights":500}"#, ""), (#""a":"never""#, ""), (#""a":5"#, ""),
        (#""A":"forever""#, ""), (#""":"forever""#, ""), ("", #""records":"unknown""#),
        (#""a":{"days":1}"#, #""membership":"a""#), (#""a":{"days":1}"#, #""governance.vote":"a""#),
        (#""a":{"days":1}"#, #""ledger":"a""#), (#""a":{"days":1}"#, #""a.b.c":"a""#),
        (#""a":{"days":1}"#, #""a.":"a""#), (#""a":{"days":1}"#, #""x":1"#),
    ])
    func `what is not is refused with its place`(_ parts: (classes: String, modules: String)) {
        let error = #expect(throws: Refusal.self) {
            try read(policy(classes: parts.classes, modules: parts.modules))
        }
        #expect(error?.code == "retention.malformed")
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"format":"kanglian-retention-2","classes":{},"modules":{}}"#,
        #"{"format":"kanglian-retention-1","classes":{}}"#,
        #"{"format":"kanglian-retention-1","classes":{},"modules":{},"more":1}"#,
        #"{"format":"kanglian-retention-1","classes":[],"modules":{}}"#,
    ])
    func `another text is no policy`(_ text: String) {
        #expect(throws: Refusal.self) { try read(text) }
    }
}
