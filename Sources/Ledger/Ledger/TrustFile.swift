package import Base
import Encoding

/// The public data of a chain: all that an auditor needs to check a receipt.
///
/// A JSON text with the format's name, the zone, the chain, the digest of the genesis document and
/// the document itself in base64url. Reading checks that the digest fits the document.
package struct TrustFile: Hashable, Sendable {
    /// The first member of the file.
    package static let format = "kanglian-trust-1"

    package let genesis: Genesis

    package init(genesis: Genesis) { self.genesis = genesis }

    /// The file's text, which people can read and compare.
    package var text: [UInt8] {
        let object = JSONValue.object([
            JSONMember("format", .string(Self.format)),
            JSONMember("zone", .string(genesis.zone)),
            JSONMember("chain", .string(genesis.chain)),
            JSONMember("id", .string(genesis.id.description)),
            JSONMember("genesis", .string(Base64URL.encode(genesis.encoded))),
        ])
        return object.serialized(pretty: true) + [10]
    }

    /// Reads a trust file strictly.
    ///
    /// - Throws: a refusal with the code `trust-file.malformed`.
    package init(parsing text: [UInt8]) throws(Refusal) {
        func refuse(_ english: String, _ chinese: String) -> Refusal {
            Refusal(
                "trust-file.malformed",
                "This is not a trust file: \(english). Copy it again from the zone's authority.",
                "这不是信任文件：\(chinese)。请从本区管理部门重新获取。")
        }
        guard text.count <= 1 << 20, let value = try? JSONValue(parsing: text),
            case .object(let members) = value, members.count == 5,
            value["format"]?.stringValue == Self.format
        else { throw refuse("the members are wrong", "成员不符") }
        guard let encoded = value["genesis"]?.stringValue.flatMap({ Base64URL.decode($0) }),
            let genesis = try? Genesis(decoding: encoded)
        else { throw refuse("the genesis document does not decode", "创世文档无法解码") }
        guard value["id"]?.stringValue == genesis.id.description,
            value["zone"]?.stringValue == genesis.zone,
            value["chain"]?.stringValue == genesis.chain
        else { throw refuse("the digest does not fit the document", "摘要与文档不符") }
        self.genesis = genesis
    }
}
