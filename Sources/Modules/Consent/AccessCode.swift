package import Base
import ContractKit
package import Encoding
package import FHIRModel
package import Ledger

/// An epoch's private seed, sealed under a key that only those who know the code can derive.
package struct CodeKey: Hashable, Sendable, CBORCodable {
    package let domain: Domain
    package let epoch: UInt64
    package let sealed: [UInt8]

    package init(domain: Domain, epoch: UInt64, sealed: [UInt8]) {
        (self.domain, self.epoch, self.sealed) = (domain, epoch, sealed)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.choice(domain)
        writer.unsigned(epoch)
        writer.byteString(sealed)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "key of a code")
        domain = try reader.choice(Domain.self, field: "domain")
        epoch = try reader.unsigned()
        sealed = try reader.someBytes(atMost: ConsentLimits.sealedByteCount, field: "sealed")
    }
}

/// What an access code gives to the practitioner who redeems it.
package struct CodeOffer: Hashable, Sendable, CBORCodable {
    /// Only this practitioner may redeem it; anybody who knows the code when nil.
    package let bound: AccountID?
    package let scope: GrantScope
    /// The first moment at which it cannot be redeemed any more.
    package let redeemUntil: Timestamp
    /// How long the grant lasts, counted from its redemption.
    package let grantSeconds: UInt64
    /// How many records may be read.
    package let readLimit: UInt64?
    package let keys: [CodeKey]

    package init(
        bound: AccountID?, scope: GrantScope, redeemUntil: Timestamp, grantSeconds: UInt64,
        readLimit: UInt64?, keys: [CodeKey]
    ) {
        (self.bound, self.scope, self.redeemUntil) = (bound, scope, redeemUntil)
        (self.grantSeconds, self.readLimit, self.keys) = (grantSeconds, readLimit, keys)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(6)
        writer.optional(bound) { $1.encode(to: &$0) }
        scope.encode(to: &writer)
        writer.time(redeemUntil)
        writer.unsigned(grantSeconds)
        writer.optional(readLimit) { $0.unsigned($1) }
        writer.list(keys) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(6, "offer")
        bound = try reader.optional { (reader) throws(CBORError) in try AccountID(from: &reader) }
        scope = try GrantScope(from: &reader)
        redeemUntil = try reader.time()
        grantSeconds = try reader.unsigned()
        readLimit = try reader.optional { (reader) throws(CBORError) in try reader.unsigned() }
        keys = try reader.list(atMost: ConsentLimits.codeKeyCount) { (reader) throws(CBORError) in
            try CodeKey(from: &reader)
        }
    }
}

/// What became of an access code.
package enum AccessCodeStatus: UInt8, CaseIterable, Hashable, Sendable {
    case open = 1
    case redeemed = 2
    case cancelled = 3
}

/// Who redeemed a code and the grant that it made.
package struct Redemption: Hashable, Sendable, CBORCodable {
    package let practitioner: AccountID
    package let grant: Hash256

    package init(practitioner: AccountID, grant: Hash256) {
        (self.practitioner, self.grant) = (practitioner, grant)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        practitioner.encode(to: &writer)
        writer.hash(grant)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "redemption")
        practitioner = try AccountID(from: &reader)
        grant = try reader.hash()
    }
}

/// A one-time code: the account that its own key founds carries an offer.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | owner | 32 bytes | whose records it opens |
/// | offer | array | ``CodeOffer`` |
/// | status | integer | ``AccessCodeStatus`` |
/// | redemption | null or array | ``Redemption`` |
package struct AccessCode: Hashable, Sendable, CBORCodable {
    package let owner: AccountID
    package let offer: CodeOffer
    package let status: AccessCodeStatus
    package let redemption: Redemption?

    package init(
        owner: AccountID, offer: CodeOffer, status: AccessCodeStatus, redemption: Redemption?
    ) {
        (self.owner, self.offer) = (owner, offer)
        (self.status, self.redemption) = (status, redemption)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.unsigned(1)
        owner.encode(to: &writer)
        offer.encode(to: &writer)
        writer.choice(status)
        writer.optional(redemption) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "access code")
        try reader.version(1, "access code")
        owner = try AccountID(from: &reader)
        offer = try CodeOffer(from: &reader)
        status = try reader.choice(AccessCodeStatus.self, field: "status")
        redemption = try reader.optional { (reader) throws(CBORError) in
            try Redemption(from: &reader)
        }
    }
}
