package import Base
import ContractKit
package import Encoding
package import Ledger

extension KeysContract {
    /// Arguments of `publish`.
    package struct Publish: Hashable, Sendable, CBORCodable {
        package let domain: UInt8
        package let epoch: UInt64
        package let key: [UInt8]

        package init(domain: UInt8, epoch: UInt64, key: [UInt8]) {
            (self.domain, self.epoch, self.key) = (domain, epoch, key)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(3)
            writer.unsigned(UInt64(domain))
            writer.unsigned(epoch)
            writer.byteString(key)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(3, "key to publish")
            domain = try reader.byte(in: KeysLimits.domains, field: "domain")
            epoch = try reader.unsigned()
            key = try reader.byteString(count: KeysLimits.keyByteCount)
        }
    }

    /// Arguments of `grant`.
    package struct GrantKeys: Hashable, Sendable, CBORCodable {
        package let domain: UInt8
        package let epoch: UInt64
        package let grantee: AccountID
        package let sealed: [UInt8]
        package let consent: Hash256

        package init(
            domain: UInt8, epoch: UInt64, grantee: AccountID, sealed: [UInt8], consent: Hash256
        ) {
            (self.domain, self.epoch, self.grantee) = (domain, epoch, grantee)
            (self.sealed, self.consent) = (sealed, consent)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(5)
            writer.unsigned(UInt64(domain))
            writer.unsigned(epoch)
            grantee.encode(to: &writer)
            writer.byteString(sealed)
            writer.hash(consent)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(5, "key to grant")
            domain = try reader.byte(in: KeysLimits.domains, field: "domain")
            epoch = try reader.unsigned()
            grantee = try AccountID(from: &reader)
            sealed = try reader.someBytes(atMost: KeysLimits.sealedByteCount, field: "sealed")
            consent = try reader.hash()
        }
    }

    /// Arguments of `withdraw`.
    package struct Withdraw: Hashable, Sendable, CBORCodable {
        package let domain: UInt8
        package let epoch: UInt64
        package let grantee: AccountID

        package init(domain: UInt8, epoch: UInt64, grantee: AccountID) {
            (self.domain, self.epoch, self.grantee) = (domain, epoch, grantee)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(3)
            writer.unsigned(UInt64(domain))
            writer.unsigned(epoch)
            grantee.encode(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(3, "key to withdraw")
            domain = try reader.byte(in: KeysLimits.domains, field: "domain")
            epoch = try reader.unsigned()
            grantee = try AccountID(from: &reader)
        }
    }
}
