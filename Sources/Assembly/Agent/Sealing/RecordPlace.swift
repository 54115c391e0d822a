package import Base
package import FHIRModel
package import Ledger

/// Where a record version stands: everything that its ciphertexts are bound to.
package struct RecordPlace: Hashable, Sendable {
    package let owner: AccountID
    package let domain: Domain
    /// The epoch of the owner's domain key to which the envelope is sealed.
    package let epoch: UInt64
    package let record: Hash256
    /// 1 for the first version.
    package let version: UInt64

    package init(
        owner: AccountID, domain: Domain, epoch: UInt64, record: Hash256, version: UInt64 = 1
    ) {
        (self.owner, self.domain, self.epoch) = (owner, domain, epoch)
        (self.record, self.version) = (record, version)
    }

    /// What the body authenticates: owner, record and version.
    ///
    /// The domain and epoch are left to the envelope, which can be sealed anew while the body
    /// stays.
    var bodyBinding: [UInt8] { bytes("kanglian/body/1\0") }

    /// What is committed to, before the digest of the payload.
    var commitmentPrefix: [UInt8] { bytes("kanglian/commitment/1\0") }

    /// The HPKE info of one wrap.
    func wrapInfo(_ kind: WrapKind) -> [UInt8] {
        bytes("kanglian/envelope/1\0") + [domain.rawValue] + epoch.bigEndianBytes + [kind.rawValue]
    }

    private func bytes(_ label: String) -> [UInt8] {
        Array(label.utf8) + owner.hash.bytes + record.bytes + version.bigEndianBytes
    }
}
