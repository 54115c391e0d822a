package import Base
import ContractKit
package import Cryptography
package import FHIRModel
import Keys
package import Ledger

/// Calls about domain keys; all are signed by the owner.
package enum KeyCalls {
    /// Publishes the first epoch of every domain: what an owner does right after enrolment.
    package static func publishFirst(
        of owner: OwnerKeys, domains: [Domain] = Domain.allCases
    ) throws(CryptographyError) -> [Call] {
        var calls: [Call] = []
        for domain in domains { calls.append(try publish(domain, epoch: 1, of: owner)) }
        return calls
    }

    /// Publishes one epoch's public key; the chain accepts the current epoch plus one only.
    package static func publish(
        _ domain: Domain, epoch: UInt64, of owner: OwnerKeys
    ) throws(CryptographyError) -> Call {
        let key = try owner.domainKey(domain, epoch: epoch).publicKey
        return Call(
            KeysContract.self, "publish",
            KeysContract.Publish(domain: domain.rawValue, epoch: epoch, key: key))
    }

    /// Seals one epoch's seed to a reader.
    package static func grant(
        _ domain: Domain, epoch: UInt64, of owner: OwnerKeys, to reader: ReaderKey,
        consent: Hash256, random: any RandomSource
    ) throws(CryptographyError) -> Call {
        let sealed = try EpochKeyGrant.seal(
            owner.epochSeed(domain, epoch: epoch), owner: owner.account, domain: domain,
            epoch: epoch, reader: reader.account, readingKey: reader.readingKey, random: random)
        return Call(
            KeysContract.self, "grant",
            KeysContract.GrantKeys(
                domain: domain.rawValue, epoch: epoch, grantee: reader.account, sealed: sealed,
                consent: consent))
    }

    /// Takes a sealed seed off the current state; what was read before stays read.
    package static func withdraw(_ domain: Domain, epoch: UInt64, from reader: AccountID) -> Call {
        Call(
            KeysContract.self, "withdraw",
            KeysContract.Withdraw(domain: domain.rawValue, epoch: epoch, grantee: reader))
    }
}

/// A reader and the key to which others seal for it.
package struct ReaderKey: Hashable, Sendable {
    package let account: AccountID
    /// X25519, 32 bytes.
    package let readingKey: [UInt8]

    package init(account: AccountID, readingKey: [UInt8]) {
        (self.account, self.readingKey) = (account, readingKey)
    }
}
