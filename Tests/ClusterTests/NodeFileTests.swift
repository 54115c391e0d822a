import Base
import Cryptography
import Finality
import Ledger
import Node
import Testing

@Suite("The file of a node among others")
struct NodeFileTests {
    private static func key(_ seed: UInt64) throws -> PublicKey {
        try SigningKey(suite: .ed25519, random: SeededRandom(seed: seed)).publicKey
    }

    private static func whole() throws -> NodeFile {
        var file = NodeFile(name: "hospital-a", listen: .init(address: "0.0.0.0", port: 9080))
        file.peers = [
            NodeFile.Peer(
                name: "hospital-b", account: AccountID(foundedBy: try key(1)), key: try key(2),
                host: "b.example", port: 9081)
        ]
        file.observers = [NodeFile.Observer(name: "clinic", key: try key(3))]
        var engine = NodeFile.Engine(endpoints: ["https://etcd-1:2379", "https://etcd-2:2379"])
        (engine.authorityFile, engine.certificateFile) = ("etcd-ca.crt", "/etc/kanglian/etcd.crt")
        (engine.keyFile, engine.user) = ("/etc/kanglian/etcd.key", "kanglian")
        engine.passwordFile = "etcd.password"
        file.engine = engine
        file.timing.view = 1500
        return file
    }

    @Test("What is written reads back as the same")
    func roundTrip() throws {
        let file = try Self.whole()
        #expect(try NodeFile(parsing: file.text) == file)
        let least = NodeFile(name: "clinic", listen: nil)
        #expect(try NodeFile(parsing: least.text) == least)
    }

    @Test(
        "Every wrong member is refused and named",
        arguments: [
            ("\"kanglian-node-1\"", "\"kanglian-node-2\"", "format"),
            ("\"name\": \"hospital-a\"", "\"nam\": \"hospital-a\"", "name"),
            ("\"hospital-a\"", "\"\"", "name"), ("9080", "65536", "listen.port"),
            ("9080", "\"9080\"", "listen.port"), ("\"0.0.0.0\"", "7", "listen.address"),
            ("9081", "0", "peers[0].port"), ("\"b.example\"", "\"\"", "peers[0].host"),
            ("\"account\": \"", "\"account\": \"zz", "peers[0].account"),
            ("\"key\": \"", "\"key\": \"!", "peers[0].key"),
            ("\"host\"", "\"hots\"", "peers[0].host"),
            ("\"https://etcd-1:2379\"", "1", "engine.endpoints[0]"),
            ("\"user\": \"kanglian\",", "", "engine.user"),
            ("\"key_file\"", "\"keyfile\"", "engine.certificate_file"),
            ("\"view\": 1500", "\"view\": 5", "timing.view"),
            ("\"view\": 1500", "\"view\": 9000", "timing.view"),
            ("\"view\": 1500", "\"views\": 1500", "timing.views"),
            ("\"observers\"", "\"observer\"", "observer"),
            ("\"timing\"", "\"name\"", "the file"),
        ])
    func refusals(_ part: String, _ other: String, _ place: String) throws {
        let text = String(decoding: try Self.whole().text, as: UTF8.self)
        let changed = text.replacing(part, with: other, maxReplacements: 1)
        try #require(changed != text, "the sample has no \(part)")
        let refusal = try #require(throws: Refusal.self) {
            try NodeFile(parsing: Array(changed.utf8))
        }
        #expect(refusal.code == "node-file.malformed")
        #expect(refusal.english.contains(" \(place) "), "\(refusal.english)")
    }

    @Test("A key that stands twice is refused, as is what is no JSON or too much of it")
    func others() throws {
        var file = try Self.whole()
        file.observers.append(NodeFile.Observer(name: "again", key: file.peers[0].key))
        for text in [file.text, [], Array("[]".utf8), [UInt8](repeating: 0x20, count: 300_000)] {
            #expect(throws: Refusal.self) { try NodeFile(parsing: text) }
        }
    }
}
