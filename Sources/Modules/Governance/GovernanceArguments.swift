package import Base
package import Cryptography
package import Encoding
package import Ledger

extension GovernanceContract {
    /// Arguments of `propose`.
    package struct Propose: Hashable, Sendable, CBORCodable {
        package let changes: [SetChange]

        package init(changes: [SetChange]) { self.changes = changes }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.list(changes) { $1.encode(to: &$0) }
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "proposal")
            changes = try reader.setChanges()
        }
    }

    /// Arguments of `emergencyRemove`.
    package struct EmergencyRemove: Hashable, Sendable, CBORCodable {
        package let accounts: [AccountID]

        package init(accounts: [AccountID]) { self.accounts = accounts }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.list(accounts) { $1.encode(to: &$0) }
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "emergency removal")
            accounts = try reader.list(atMost: GovernanceLimits.changeCount) {
                (reader) throws(CBORError) in try AccountID(from: &reader)
            }
        }
    }

    /// Arguments of `rotate`.
    package struct Rotate: Hashable, Sendable, CBORCodable {
        package let key: PublicKey

        package init(key: PublicKey) { self.key = key }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.byteString(key.tagged)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "validator key")
            key = try reader.publicKey()
        }
    }

    /// Arguments of `approve`, `reject` and `withdraw`.
    package struct NameProposal: Hashable, Sendable, CBORCodable {
        package let proposal: Hash256

        package init(proposal: Hash256) { self.proposal = proposal }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.hash(proposal)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "proposal's name")
            proposal = try reader.hash()
        }
    }

    /// Arguments of `ready`.
    package struct Ready: Hashable, Sendable, CBORCodable {
        package let proposal: Hash256
        package let height: UInt64
        package let stateRoot: Hash256
        package let signature: [UInt8]

        package init(
            proposal: Hash256, height: UInt64, stateRoot: Hash256, signature: [UInt8]
        ) {
            (self.proposal, self.height) = (proposal, height)
            (self.stateRoot, self.signature) = (stateRoot, signature)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(4)
            writer.hash(proposal)
            writer.unsigned(height)
            writer.hash(stateRoot)
            writer.byteString(signature)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(4, "ready statement")
            proposal = try reader.hash()
            height = try reader.unsigned()
            stateRoot = try reader.hash()
            signature = try reader.byteString(count: GovernanceLimits.signatureByteCount)
        }
    }
}
