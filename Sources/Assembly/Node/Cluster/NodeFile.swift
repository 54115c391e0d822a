package import Base
package import Cryptography
import Encoding
package import Finality
package import Ledger

/// The file `node.json`: how a node of several finds the others and the ordering engine.
///
/// Strict JSON with the format's name first; unknown members are refused. It holds no secrets, only
/// names of files that do. docs/OPERATIONS.md describes every member.
package struct NodeFile: Hashable, Sendable {
    package static let format = "kanglian-node-1"
    /// Bytes of a file.
    static let byteCount = 256 << 10
    /// Peers, and observers, of one node.
    static let nodeCount = 64

    /// Where links are accepted.
    package struct Listen: Hashable, Sendable {
        package var address: String
        package var port: UInt16

        package init(address: String, port: UInt16) { (self.address, self.port) = (address, port) }
    }

    /// Another institution's node.
    package struct Peer: Hashable, Sendable {
        package var name: String
        package var account: AccountID
        package var key: PublicKey
        package var host: String
        package var port: UInt16

        package init(
            name: String, account: AccountID, key: PublicKey, host: String, port: UInt16
        ) {
            (self.name, self.account, self.key) = (name, account, key)
            (self.host, self.port) = (host, port)
        }
    }

    /// A node that may follow the chain without a vote.
    package struct Observer: Hashable, Sendable {
        package var name: String
        package var key: PublicKey

        package init(name: String, key: PublicKey) { (self.name, self.key) = (name, key) }
    }

    /// The etcd cluster that orders; paths are relative to the node's folder.
    package struct Engine: Hashable, Sendable {
        package var endpoints: [String]
        package var authorityFile: String?
        package var certificateFile: String?
        package var keyFile: String?
        package var user: String?
        package var passwordFile: String?

        package init(endpoints: [String]) { self.endpoints = endpoints }
    }

    package var name: String
    package var listen: Listen?
    package var peers: [Peer] = []
    package var observers: [Observer] = []
    /// Nil when the zone has no engine and validators lead every view.
    package var engine: Engine?
    package var timing = FinalityTiming()

    package init(name: String, listen: Listen?) { (self.name, self.listen) = (name, listen) }

    // MARK: Reading

    /// Reads the text strictly.
    package init(parsing text: [UInt8]) throws(Refusal) {
        guard text.count <= Self.byteCount, let value = try? JSONValue(parsing: text) else {
            throw StrictObject.refusal("the file", "is not JSON", "不是 JSON")
        }
        var object = try StrictObject(value, at: "")
        guard try object.text("format", 1...40) == Self.format else {
            throw object.refusal("format", "must be \(Self.format)", "须为 \(Self.format)")
        }
        name = try object.text("name", 1...64)
        if let value = object.take("listen"), !value.isNull {
            var listen = try StrictObject(value, at: "listen")
            self.listen = Listen(
                address: try listen.text("address", 1...64), port: try listen.port("port", from: 0))
            try listen.finish()
        }
        for (value, place) in try object.list("peers", atMost: Self.nodeCount) {
            peers.append(try Self.peer(value, place))
        }
        for (value, place) in try object.list("observers", atMost: Self.nodeCount) {
            var observer = try StrictObject(value, at: place)
            observers.append(
                Observer(
                    name: try observer.text("name", 1...64), key: try Self.key(&observer)))
            try observer.finish()
        }
        if let value = object.take("engine"), !value.isNull { engine = try Self.engine(value) }
        if let value = object.take("timing") { timing = try Self.timing(value) }
        try object.finish()
        let keys = peers.map(\.key) + observers.map(\.key)
        guard Set(keys).count == keys.count else {
            throw StrictObject.refusal("peers", "name one key twice", "重复使用同一密钥")
        }
    }

    private static func peer(_ value: JSONValue, _ place: String) throws(Refusal) -> Peer {
        var object = try StrictObject(value, at: place)
        guard let account = AccountID(try object.text("account", 64...64)) else {
            throw object.refusal("account", "must be 64 hexadecimal digits", "须为 64 位十六进制数")
        }
        let peer = Peer(
            name: try object.text("name", 1...64), account: account, key: try key(&object),
            host: try object.text("host", 1...253), port: try object.port("port"))
        try object.finish()
        return peer
    }

    private static func key(_ object: inout StrictObject) throws(Refusal) -> PublicKey {
        let text = try object.text("key", 1...128)
        guard let bytes = Base64URL.decode(text), let key = try? PublicKey(tagged: bytes) else {
            throw object.refusal("key", "must be a public key in base64url", "须为 base64url 公钥")
        }
        return key
    }

    private static func engine(_ value: JSONValue) throws(Refusal) -> Engine {
        var object = try StrictObject(value, at: "engine")
        var engine = Engine(endpoints: [])
        for (value, place) in try object.list("endpoints", atMost: 16) {
            guard let text = value.stringValue, (1...300).contains(text.utf8.count) else {
                throw StrictObject.refusal("engine.\(place)", "must be a URL", "须为 URL")
            }
            engine.endpoints.append(text)
        }
        guard !engine.endpoints.isEmpty else {
            throw object.refusal("endpoints", "must name at least one", "须至少填写一个")
        }
        engine.authorityFile = try object.optionalText("authority_file", 1...1024)
        engine.certificateFile = try object.optionalText("certificate_file", 1...1024)
        engine.keyFile = try object.optionalText("key_file", 1...1024)
        engine.user = try object.optionalText("user", 1...128)
        engine.passwordFile = try object.optionalText("password_file", 1...1024)
        guard (engine.certificateFile == nil) == (engine.keyFile == nil) else {
            throw object.refusal(
                "certificate_file", "and key_file belong together", "与 key_file 须成对出现")
        }
        guard (engine.user == nil) == (engine.passwordFile == nil) else {
            throw object.refusal(
                "user", "and password_file belong together", "与 password_file 须成对出现")
        }
        try object.finish()
        return engine
    }
}
