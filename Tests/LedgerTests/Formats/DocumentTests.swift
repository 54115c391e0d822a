import Base
import Cryptography
import Ledger
import Merkle
import Testing

/// The pages of `docs/formats` show what the code writes.
struct DocumentTests {
    private let sample: Sample

    init() throws { sample = try Sample() }

    @Test(arguments: [
        ("transaction.md", "transaction"), ("transaction.md", "transaction body"),
        ("entry-and-block.md", "entry"), ("entry-and-block.md", "header"),
        ("entry-and-block.md", "certificate"), ("entry-and-block.md", "block"),
        ("receipt.md", "receipt"), ("receipt.md", "receipt state"), ("trust-file.md", "genesis"),
        ("state-tree-keys.md", "account keys"), ("state-tree-keys.md", "validator epoch"),
        ("state-tree-keys.md", "validator change"), ("trust-file.md", "handoff"),
        ("snapshot.md", "pruned block"), ("snapshot.md", "snapshot manifest"),
        ("snapshot.md", "state chunk"), ("snapshot.md", "transaction chunk"),
        ("finality.md", "proposal"), ("finality.md", "batch"), ("finality.md", "prepare"),
        ("finality.md", "commit"), ("finality.md", "timeout"), ("finality.md", "lead"),
        ("finality.md", "heartbeat"), ("finality.md", "blocks request"),
        ("finality.md", "vote record"),
    ])
    func theWorkedExampleIsTheSample(page: String, name: String) throws {
        let example = try Page(page).example(name)
        let format = try #require(sample.formats.first { $0.name == name })
        #expect(Hex.encode(example) == Hex.encode(format.bytes))
        #expect(format.recode(example) == .success(example))
    }

    @Test func theReceiptOfThePageVerifiesWithTheTrustFileOfThePage() throws {
        let text = try Page("trust-file.md").block("Worked example: trust file")
        let trust = try TrustFile(parsing: text)
        #expect(trust == sample.trust)
        #expect(trust.text == text)
        let bytes = try Page("receipt.md").example("receipt")
        let verified = try VerifiedReceipt(decoding: bytes, trust: trust)
        #expect(verified.transaction.id == sample.transaction.id)
    }

    @Test func theStateKeysOfThePageAreTheTreesKeys() throws {
        let rows = try Page("state-tree-keys.md").table("Worked example: keys")
        #expect(rows.count == HashSuite.allCases.count)
        for row in rows {
            try #require(row.count == 6)
            let suite: HashSuite = row[0] == "SM3" ? .sm3 : .sha256
            let key = try #require(Hex.decode(row[2]))
            let value = try #require(Hex.decode(row[4]))
            #expect(key == StateKeys.prefix(table: row[1]) + [0x61])
            #expect(StateKeys.treeKey(key, suite).description == row[3])
            #expect(StateKeys.valueHash(value, suite).description == row[5])
        }
    }
}
