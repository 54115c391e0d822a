package import Base
package import Cryptography
package import Encoding

/// The greeting: what a node is, wants and speaks; nothing of it is true before the proof.
///
/// | field | type | meaning |
/// | --- | --- | --- |
/// | format | 1 | this format |
/// | versions | 1 to 16 ascending integers, 1 to 65535 | versions of messages it speaks |
/// | chain | 32 bytes | the chain's identifier |
/// | key | 33 or 34 bytes | the node's key with its suite |
/// | role | 1 validator, 2 observer | what the node says it is |
/// | software | text, 1 to 64 visible ASCII characters | for operators |
/// | random | 32 bytes | makes every greeting another one |
package struct LinkHello: Hashable, Sendable, CBORCodable {
    /// Bytes of an encoded greeting: the fields at their largest.
    package static let byteCountMax = 256

    /// Versions in one greeting.
    package static let versionCountMax = 16

    /// Characters of the software's text.
    package static let softwareCountMax = 64

    private static let limits = CBORLimits(
        byteCount: byteCountMax, depth: 2, elementCount: versionCountMax)

    package let versions: [UInt16]
    package let chain: Hash256
    package let key: PublicKey
    package let role: LinkRole
    package let software: String
    package let random: Hash256

    /// A greeting of ours; the configuration was checked.
    package init(
        versions: [UInt16], chain: Hash256, key: PublicKey, role: LinkRole, software: String,
        random: Hash256
    ) {
        precondition(Self.isValid(versions: versions))
        precondition(Self.isValid(software: software))
        (self.versions, self.chain, self.key) = (versions, chain, key)
        (self.role, self.software, self.random) = (role, software, random)
    }

    /// Decodes the payload of a hello frame.
    package init(payload: [UInt8]) throws(LinkFault) {
        do throws(CBORError) {
            try self.init(decoding: payload, limits: Self.limits)
        } catch {
            throw .malformedHello
        }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.list(versions) { $0.unsigned(UInt64($1)) }
        writer.hash(chain)
        writer.byteString(key.tagged)
        writer.unsigned(UInt64(role.rawValue))
        writer.text(software)
        writer.hash(random)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "hello")
        let start = reader.offset
        guard try reader.unsigned() == 1 else {
            throw .unexpected(offset: start, expected: "hello format 1")
        }
        versions = try reader.list(atMost: Self.versionCountMax) { (reader) throws(CBORError) in
            UInt16(try reader.unsigned(atMost: UInt64(UInt16.max), field: "version"))
        }
        guard Self.isValid(versions: versions) else {
            throw .outOfRange(offset: reader.offset, field: "versions")
        }
        chain = try reader.hash()
        let keyStart = reader.offset
        let tagged = try reader.byteString(atMost: 34)
        guard let key = try? PublicKey(tagged: tagged) else {
            throw .unexpected(offset: keyStart, expected: "public key")
        }
        self.key = key
        let roleStart = reader.offset
        let number = UInt8(try reader.unsigned(atMost: 255, field: "role"))
        guard let role = LinkRole(rawValue: number) else {
            throw .outOfRange(offset: roleStart, field: "role")
        }
        self.role = role
        software = try reader.text(atMost: Self.softwareCountMax)
        guard Self.isValid(software: software) else {
            throw .outOfRange(offset: reader.offset, field: "software")
        }
        random = try reader.hash()
    }

    static func isValid(versions: [UInt16]) -> Bool {
        guard (1...versionCountMax).contains(versions.count), versions[0] > 0 else { return false }
        return zip(versions, versions.dropFirst()).allSatisfy(<)
    }

    static func isValid(software: String) -> Bool {
        (1...softwareCountMax).contains(software.utf8.count)
            && software.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// The highest version that both lists have.
    package static func commonVersion(_ left: [UInt16], _ right: [UInt16]) -> UInt16? {
        left.filter(right.contains).max()
    }
}
