package import Base
import Encoding

/// The public data of a chain: all that an auditor needs to check a receipt.
///
/// A JSON text with the format's name, the zone, the chain, the digest of the genesis document and
/// the document itself in base64url. Reading checks that the digest fits the document. Once the
/// validators have changed, format 2 lists the ends of all epochs as well; reading checks each by
/// the set that the one before it proved, so only the genesis document is taken on trust.
package struct TrustFile: Hashable, Sendable {
    /// The first member of a file that knows epoch 0 only.
    package static let format = "kanglian-trust-1"
    /// The first member of a file with handoffs.
    package static let handoffFormat = "kanglian-trust-2"
    /// Bytes of a file; 16 validators take about 4 KiB an epoch.
    package static let byteCount = 16 << 20
    /// Handoffs of one file.
    package static let handoffCount = 4096

    package let genesis: Genesis
    /// The ends of the epochs 0, 1, 2 …, each verified by the set before it.
    package private(set) var handoffs: [Handoff] = []
    /// The epochs that the file proves; one more than the handoffs.
    private var epochs: [ValidatorEpoch]

    package init(genesis: Genesis) {
        self.genesis = genesis
        epochs = [ValidatorEpoch(genesis: genesis)]
    }

    /// The newest epoch that the file proves.
    package var lastEpoch: ValidatorEpoch { epochs[epochs.count - 1] }

    /// An epoch that the file proves; nil beyond.
    ///
    /// Who proposed a set is not in the file.
    package func epoch(_ number: UInt64) -> ValidatorEpoch? {
        number < UInt64(epochs.count) ? epochs[Int(number)] : nil
    }

    /// The handoff that ends an epoch; nil for the newest and beyond.
    package func handoff(ending epoch: UInt64) -> Handoff? {
        epoch < UInt64(handoffs.count) ? handoffs[Int(epoch)] : nil
    }

    /// The same file with later epochs, each verified by the one before it.
    ///
    /// - Throws: the first handoff's error; nothing of a list with an error is kept.
    package func extended(by more: [Handoff]) throws(HandoffError) -> TrustFile {
        var file = self
        for handoff in more {
            let last = file.lastEpoch
            guard file.handoffs.count < Self.handoffCount else {
                throw .order(expected: last.epoch, found: handoff.header.epoch)
            }
            try handoff.verify(ending: last, genesis: genesis)
            file.handoffs.append(handoff)
            file.epochs.append(
                ValidatorEpoch(
                    epoch: handoff.header.epoch + 1, first: handoff.header.height + 1,
                    proposal: .zero, validators: handoff.validators))
        }
        return file
    }

    /// The file's text, which people can read and compare.
    package var text: [UInt8] {
        var members = [
            JSONMember("format", .string(handoffs.isEmpty ? Self.format : Self.handoffFormat)),
            JSONMember("zone", .string(genesis.zone)),
            JSONMember("chain", .string(genesis.chain)),
            JSONMember("id", .string(genesis.id.description)),
            JSONMember("genesis", .string(Base64URL.encode(genesis.encoded))),
        ]
        if !handoffs.isEmpty {
            let list = handoffs.map { JSONValue.string(Base64URL.encode($0.encoded)) }
            members.append(JSONMember("handoffs", .array(list)))
        }
        return JSONValue.object(members).serialized(pretty: true) + [10]
    }

    /// Reads a trust file strictly.
    ///
    /// - Throws: a refusal with the code `trust-file.malformed`, or `trust-file.handoff` for an
    ///   end of an epoch that does not follow from the one before.
    package init(parsing text: [UInt8]) throws(Refusal) {
        guard text.count <= Self.byteCount, let value = try? JSONValue(parsing: text),
            case .object(let members) = value, let format = value["format"]?.stringValue,
            format == Self.format && members.count == 5
                || format == Self.handoffFormat && members.count == 6
        else { throw Self.malformed("the members are wrong", "成员不符") }
        guard let encoded = value["genesis"]?.stringValue.flatMap({ Base64URL.decode($0) }),
            let genesis = try? Genesis(decoding: encoded)
        else { throw Self.malformed("the genesis document does not decode", "创世文档无法解码") }
        guard value["id"]?.stringValue == genesis.id.description,
            value["zone"]?.stringValue == genesis.zone,
            value["chain"]?.stringValue == genesis.chain
        else { throw Self.malformed("the digest does not fit the document", "摘要与文档不符") }
        self.init(genesis: genesis)
        guard format == Self.handoffFormat else { return }
        let handoffs = try Self.handoffs(value["handoffs"])
        do throws(HandoffError) {
            self = try extended(by: handoffs)
        } catch {
            throw Refusal(
                "trust-file.handoff",
                "This trust file lists a change of validators that the validators before it did "
                    + "not certify (\(error)). Do not use it; tell the zone's authority.",
                "此信任文件所列的验证者变更未经前一届验证者认证（\(error)）。请勿使用，并告知本区管理部门。")
        }
    }

    private static func handoffs(_ value: JSONValue?) throws(Refusal) -> [Handoff] {
        guard case .array(let list) = value, (1...handoffCount).contains(list.count) else {
            throw malformed("the handoffs are no list", "交接列表不符")
        }
        var handoffs: [Handoff] = []
        for item in list {
            guard let bytes = item.stringValue.flatMap({ Base64URL.decode($0) }),
                let handoff = try? Handoff(decoding: bytes)
            else { throw malformed("a handoff does not decode", "交接记录无法解码") }
            handoffs.append(handoff)
        }
        return handoffs
    }

    private static func malformed(_ english: String, _ chinese: String) -> Refusal {
        Refusal(
            "trust-file.malformed",
            "This is not a trust file: \(english). Copy it again from the zone's authority.",
            "这不是信任文件：\(chinese)。请从本区管理部门重新获取。")
    }
}
