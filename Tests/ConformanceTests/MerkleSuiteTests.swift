import Base
import Conformance
import Cryptography
import System
import Testing

/// Proofs about a log of two leaves (RFC 9162 §2.1), right and planted wrong.
@Suite("Suite merkle")
struct MerkleSuiteTests {
    private static let first = HashSuite.sha256.hash(prefix: 0, [1])
    private static let second = HashSuite.sha256.hash(prefix: 0, [2])
    private static let root = HashSuite.sha256.hash(prefix: 1, first, second)

    private static func text(_ hash: Hash256) -> String {
        let digits = Base64URL.encode(hash.bytes).map { digit -> Character in
            switch digit {
            case "-": "+"
            case "_": "/"
            default: digit
            }
        }
        return "\"" + String(digits) + "=\""
    }

    private static func inclusion(
        _ index: String = "0", size: String = "2", root: String = text(root),
        proof: String = "[\(text(second))]", error: String = "false"
    ) -> String {
        """
        {"leafIdx":\(index),"treeSize":\(size),"root":\(root),"leafHash":\(text(first)),
        "proof":\(proof),"desc":"d","wantErr":\(error)}
        """
    }

    private static func consistency(proof: String, error: String) -> String {
        """
        {"size1":1,"size2":2,"root1":\(text(first)),"root2":\(text(root)),
        "proof":\(proof),"desc":"d","wantErr":\(error)}
        """
    }

    static let proofs: [(text: String, counts: [Int])] = [
        (inclusion(), [1, 0, 0]),
        (inclusion(error: "true"), [0, 1, 0]),
        (inclusion("1"), [0, 1, 0]),
        (inclusion("1", error: "true"), [1, 0, 0]),
        (inclusion("18446744073709551615", error: "true"), [1, 0, 0]),
        (inclusion(proof: "null", error: "true"), [1, 0, 0]),
        (inclusion(root: "\"\"", error: "true"), [1, 0, 0]),
        (inclusion(root: "\"AAAA\""), [0, 0, 1]),
        (consistency(proof: "[\(text(second))]", error: "false"), [1, 0, 0]),
        (consistency(proof: "[\(text(first))]", error: "false"), [0, 1, 0]),
        (consistency(proof: "[]", error: "true"), [1, 0, 0]),
    ]

    @Test("counts right and wrong proofs", arguments: proofs)
    func counts(_ proof: (text: String, counts: [Int])) throws {
        let report = try SuiteFolder([("inclusion/0/x.json", proof.text)]).run(.merkle)
        #expect(report.counts == proof.counts, "\(proof.text) \(report)")
    }

    @Test(
        "passes nothing that it does not know",
        arguments: [
            "", "[]", #"{"wantErr":true}"#, inclusion("-1", error: "true"),
            inclusion("1.0", error: "true"), inclusion("18446744073709551616", error: "true"),
            inclusion(root: "\"!\"", error: "true"), inclusion(root: "7", error: "true"),
            inclusion(proof: "{}", error: "true"), inclusion(proof: "[7]", error: "true"),
            inclusion(error: "null"), inclusion(error: "\"true\""),
        ])
    func unknownShapes(_ text: String) throws {
        let report = try SuiteFolder([("x.json", text)]).run(.merkle)
        #expect(report.counts == [0, 1, 0])
        #expect(report.failures.allSatisfy { $0.reason.contains("unknown shape") }, "\(report)")
    }

    @Test("unpacks an archive, and refuses one that is none")
    func archives() throws {
        let folder = try SuiteFolder([("proofs/x.json", Self.inclusion()), ("bad.tar", "no")])
        let packed = try ProcessRunner.run(
            ["tar", "-cf", folder.path + "/good.tar", "-C", folder.path, "proofs"])
        #expect(packed.end == .exited(0))
        #expect(try folder.run(.merkle, "good.tar").counts == [1, 0, 0])
        let refusal = #expect(throws: Refusal.self) { try folder.run(.merkle, "bad.tar") }
        #expect(refusal?.code == "conformance.archive")
    }

    @Test(
        "passes the published proofs",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func published() throws {
        let folder = try #require(TestData.folder)
        let report = try Conformance.run(.merkle, path: folder + "/merkle/proofs.tar.xz") { _ in }
        #expect(report.counts == [120, 0, 0], "\(report)")
    }
}
