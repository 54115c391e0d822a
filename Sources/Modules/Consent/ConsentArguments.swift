package import Base
import ContractKit
package import Encoding
package import Ledger

extension ConsentContract {
    /// Arguments of `grant`.
    package struct GrantConsent: Hashable, Sendable, CBORCodable {
        /// Any identifier that the owner has not used: 256 random bits.
        package let id: Hash256
        package let effect: GrantEffect
        package let recipient: GrantRecipient
        package let scope: GrantScope
        package let from: Timestamp
        package let until: Timestamp
        package let readLimit: UInt64?

        package init(
            id: Hash256, effect: GrantEffect, recipient: GrantRecipient, scope: GrantScope,
            from: Timestamp, until: Timestamp, readLimit: UInt64? = nil
        ) {
            (self.id, self.effect, self.recipient) = (id, effect, recipient)
            (self.scope, self.from, self.until) = (scope, from, until)
            self.readLimit = readLimit
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(7)
            writer.hash(id)
            writer.choice(effect)
            recipient.encode(to: &writer)
            scope.encode(to: &writer)
            writer.time(from)
            writer.time(until)
            writer.optional(readLimit) { $0.unsigned($1) }
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(7, "consent to grant")
            id = try reader.hash()
            effect = try reader.choice(GrantEffect.self, field: "effect")
            recipient = try GrantRecipient(from: &reader)
            scope = try GrantScope(from: &reader)
            from = try reader.time()
            until = try reader.time()
            readLimit = try reader.optional { (reader) throws(CBORError) in try reader.unsigned() }
        }
    }

    /// Arguments of `revoke`.
    package struct Revoke: Hashable, Sendable, CBORCodable {
        package let grant: Hash256

        package init(grant: Hash256) { self.grant = grant }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.hash(grant)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "consent to revoke")
            grant = try reader.hash()
        }
    }

    /// Arguments of `issueCode`.
    package struct IssueCode: Hashable, Sendable, CBORCodable {
        /// The account that the code's own key founds.
        package let code: AccountID
        package let offer: CodeOffer

        package init(code: AccountID, offer: CodeOffer) { (self.code, self.offer) = (code, offer) }

        package func encode(to writer: inout CBORWriter) {
            writer.array(2)
            code.encode(to: &writer)
            offer.encode(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(2, "code to issue")
            code = try AccountID(from: &reader)
            offer = try CodeOffer(from: &reader)
        }
    }

    /// Arguments of `cancelCode` and `redeemCode`.
    package struct NameCode: Hashable, Sendable, CBORCodable {
        package let code: AccountID

        package init(code: AccountID) { self.code = code }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            code.encode(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "code")
            code = try AccountID(from: &reader)
        }
    }

    /// Arguments of `consumeRead`.
    package struct ConsumeRead: Hashable, Sendable, CBORCodable {
        package let owner: AccountID
        package let grant: Hash256
        /// How many records were read, at least 1.
        package let count: UInt64

        package init(owner: AccountID, grant: Hash256, count: UInt64) {
            (self.owner, self.grant, self.count) = (owner, grant, count)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(3)
            owner.encode(to: &writer)
            writer.hash(grant)
            writer.unsigned(count)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(3, "reads")
            owner = try AccountID(from: &reader)
            grant = try reader.hash()
            count = try reader.positive(field: "count")
        }
    }
}
