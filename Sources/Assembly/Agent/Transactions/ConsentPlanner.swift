package import Base
package import Consent
package import Cryptography
package import FHIRModel
package import Ledger
import ContractKit

/// Why a consent cannot be put into calls.
package enum ConsentPlanError: Error, Hashable, Sendable {
    /// A domain of the scope has no published key yet.
    case domainUnpublished(Domain)
    /// More epoch seeds than one access code carries.
    case tooManySeeds(count: Int)
    /// A reading key is not usable, or a C library failed.
    case cryptography(CryptographyError)

    /// What the owner is told.
    package var refusal: Refusal {
        switch self {
        case .domainUnpublished(let domain):
            Refusal(
                "consent.domain-unpublished",
                "The owner has published no key for the domain \(domain.code). Publish the first "
                    + "epoch of its keys, then grant.",
                "所有者尚未公布“\(domain.chinese)”域的密钥。请先公布首个周期的密钥再授权。")
        case .tooManySeeds(let count):
            Refusal(
                "consent.too-many-epochs",
                "The code would carry \(count) keys and at most \(ConsentLimits.codeKeyCount) fit. "
                    + "Choose fewer domains, or grant to the doctor directly.",
                "授权码需携带 \(count) 个密钥，上限为 \(ConsentLimits.codeKeyCount)。"
                    + "请减少域，或直接授权给医生。")
        case .cryptography:
            Refusal(
                "consent.reading-key",
                "The reader's reading key cannot be used. Ask the reader to replace it.",
                "对方的阅读公钥无法使用。请对方更换后重试。")
        }
    }
}

/// Turns an owner's decisions about consent into contract calls, keys included.
package struct ConsentPlanner: Sendable {
    /// The owner's newest epoch of each domain that has one.
    package typealias Epochs = [Domain: UInt64]

    private let owner: OwnerKeys
    private let epochs: Epochs
    private let suite: CipherSuite
    private let random: any RandomSource

    /// Plans for an owner whose epochs are as the chain has them now, with the zone's cipher.
    package init(
        owner: OwnerKeys, epochs: Epochs, suite: CipherSuite, random: any RandomSource
    ) {
        (self.owner, self.epochs, self.suite, self.random) = (owner, epochs, suite, random)
    }

    // MARK: Grants

    /// A permit for one account, with the seeds of every epoch of its domains sealed to it.
    ///
    /// The first call is the consent; sign all calls in order, split over transactions if need be.
    package func permit(
        _ reader: ReaderKey, as recipient: GrantRecipient, scope: GrantScope, from: Timestamp,
        until: Timestamp, readLimit: UInt64? = nil
    ) throws(ConsentPlanError) -> (id: Hash256, calls: [Call]) {
        let id = random.hash256()
        var calls = [
            consent(id, .permit, recipient, scope, from: from, until: until, readLimit: readLimit)
        ]
        calls += try keys(for: scope.domains, to: reader, consent: id)
        return (id, calls)
    }

    /// The keys that a permit opens, for a reader who was not known when it was given.
    ///
    /// Consents for a role or an institution need this for each practitioner who asks.
    package func keys(
        for domains: [Domain], to reader: ReaderKey, consent: Hash256
    ) throws(ConsentPlanError) -> [Call] {
        var calls: [Call] = []
        for (domain, epoch) in try everyEpoch(of: domains) {
            calls.append(try grant(domain, epoch, reader, consent))
        }
        return calls
    }

    /// A rule without keys: a deny, or a permit for a role.
    package func rule(
        _ effect: GrantEffect, _ recipient: GrantRecipient, scope: GrantScope, from: Timestamp,
        until: Timestamp
    ) -> (id: Hash256, call: Call) {
        let id = random.hash256()
        return (
            id, consent(id, effect, recipient, scope, from: from, until: until, readLimit: nil)
        )
    }

    // MARK: Access codes

    /// The call that puts a code on the chain, with the seeds of every epoch sealed under it.
    package func issue(
        _ code: AccessCodeKeys, scope: GrantScope, bound: AccountID? = nil,
        redeemUntil: Timestamp, grantSeconds: UInt64, readLimit: UInt64? = nil
    ) throws(ConsentPlanError) -> Call {
        let wanted = try everyEpoch(of: scope.domains)
        guard wanted.count <= ConsentLimits.codeKeyCount else {
            throw .tooManySeeds(count: wanted.count)
        }
        var keys: [CodeKey] = []
        for (domain, epoch) in wanted {
            do throws(CryptographyError) {
                let sealed = try code.seal(
                    owner.epochSeed(domain, epoch: epoch), owner: owner.account, domain: domain,
                    epoch: epoch, suite: suite, random: random)
                keys.append(CodeKey(domain: domain, epoch: epoch, sealed: sealed))
            } catch { throw .cryptography(error) }
        }
        let offer = CodeOffer(
            bound: bound, scope: scope, redeemUntil: redeemUntil, grantSeconds: grantSeconds,
            readLimit: readLimit, keys: keys)
        return Call(
            ConsentContract.self, "issueCode",
            ConsentContract.IssueCode(code: code.account, offer: offer))
    }

    /// Ends a code that nobody redeemed.
    package static func cancel(_ code: AccountID) -> Call {
        Call(ConsentContract.self, "cancelCode", ConsentContract.NameCode(code: code))
    }

    /// What a practitioner sends, co-signed by the code, to use it.
    package static func redeem(_ code: AccountID) -> Call {
        Call(ConsentContract.self, "redeemCode", ConsentContract.NameCode(code: code))
    }

    // MARK: Revocation

    /// Ends a grant and moves its domains to the next epoch, so that old keys open nothing new.
    ///
    /// The first call revokes, the next publish; then come the new seeds for the readers who stay.
    /// Gateways stop serving the reader once the first is final. A code that is still open carries
    /// no new seeds: issue another one.
    /// `grants` are all of the owner's; a reader who is not among `readers` gets no new seed.
    package func revoke(
        _ revoked: ListedGrant, among grants: [ListedGrant], readers: [ReaderKey], now: Timestamp
    ) throws(ConsentPlanError) -> [Call] {
        var calls = [
            Call(
                ConsentContract.self, "revoke", ConsentContract.Revoke(grant: revoked.id))
        ]
        // A deny gives no keys away, so lifting it needs no new ones.
        guard revoked.grant.effect == .permit else { return calls }
        let domains = revoked.grant.scope.domains.filter { epochs[$0] != nil }
        for domain in domains {
            do throws(CryptographyError) {
                calls.append(try KeyCalls.publish(domain, epoch: next(domain), of: owner))
            } catch { throw .cryptography(error) }
        }
        let kept = Self.remaining(among: grants, without: revoked.id, now: now)
        for domain in domains {
            for (account, consent) in kept[domain] ?? [] {
                guard let reader = readers.first(where: { $0.account == account }) else { continue }
                calls.append(try grant(domain, next(domain), reader, consent))
            }
        }
        return calls
    }

    /// The accounts that permits still name, by domain, each once with the permit of the least id.
    package static func remaining(
        among grants: [ListedGrant], without revoked: Hash256, now: Timestamp
    ) -> [Domain: [(account: AccountID, consent: Hash256)]] {
        var kept: [Domain: [(account: AccountID, consent: Hash256)]] = [:]
        for listed in grants.sorted(by: { $0.id < $1.id }) {
            let grant = listed.grant
            guard listed.id != revoked, grant.effect == .permit, grant.status == .active,
                now < grant.until, let account = grant.recipient.account
            else { continue }
            for domain in grant.scope.domains
            where !(kept[domain] ?? []).contains(where: { $0.account == account }) {
                kept[domain, default: []].append((account, listed.id))
            }
        }
        return kept
    }

    // MARK: Parts

    private func consent(
        _ id: Hash256, _ effect: GrantEffect, _ recipient: GrantRecipient, _ scope: GrantScope,
        from: Timestamp, until: Timestamp, readLimit: UInt64?
    ) -> Call {
        Call(
            ConsentContract.self, "grant",
            ConsentContract.GrantConsent(
                id: id, effect: effect, recipient: recipient, scope: scope, from: from,
                until: until, readLimit: readLimit))
    }

    private func grant(
        _ domain: Domain, _ epoch: UInt64, _ reader: ReaderKey, _ consent: Hash256
    ) throws(ConsentPlanError) -> Call {
        do throws(CryptographyError) {
            return try KeyCalls.grant(
                domain, epoch: epoch, of: owner, to: reader, consent: consent, random: random)
        } catch { throw .cryptography(error) }
    }

    private func everyEpoch(
        of domains: [Domain]
    ) throws(ConsentPlanError) -> [(Domain, UInt64)] {
        var all: [(Domain, UInt64)] = []
        for domain in domains {
            guard let current = epochs[domain], current > 0 else {
                throw .domainUnpublished(domain)
            }
            for epoch in 1...current { all.append((domain, epoch)) }
        }
        return all
    }

    private func next(_ domain: Domain) -> UInt64 { (epochs[domain] ?? 0) &+ 1 }
}
