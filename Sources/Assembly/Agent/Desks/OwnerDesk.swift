package import Base
package import Consent
package import ContractKit
package import Cryptography
import FHIRModel
package import Ledger

/// What an owner does: consents, access codes, revocations, erasures, each final when it returns.
///
/// The owner's keys are those of a resident's pseudonym, held by the resident or by the host, or of
/// an institution.
package struct OwnerDesk: Sendable {
    package let owner: OwnerKeys
    private let port: any LedgerPort
    private let builder: TransactionBuilder
    private let suite: CipherSuite
    private let random: any RandomSource

    /// A desk for the owner's keys; the suite is the zone's cipher.
    package init(
        owner: OwnerKeys, port: any LedgerPort, chain: Hash256, suite: CipherSuite,
        random: any RandomSource
    ) {
        (self.owner, self.port, self.suite, self.random) = (owner, port, suite, random)
        builder = TransactionBuilder(chain: chain, random: random)
    }

    /// The newest epoch of each domain that has one.
    package func epochs() throws(DeskError) -> ConsentPlanner.Epochs {
        var epochs: ConsentPlanner.Epochs = [:]
        do throws(PortError) {
            for domain in Domain.allCases {
                epochs[domain] = try port.domainKey(of: owner.account, domain, epoch: nil)?.epoch
            }
        } catch { throw .port(error) }
        return epochs
    }

    /// Publishes the first epoch of every domain that has none.
    package func publishMissing() throws(DeskError) {
        let epochs = try epochs()
        let missing = Domain.allCases.filter { epochs[$0] == nil }
        guard !missing.isEmpty else { return }
        let calls: [Call]
        do throws(CryptographyError) {
            calls = try KeyCalls.publishFirst(of: owner, domains: missing)
        } catch { throw .cryptography(error) }
        try submit(calls)
    }

    /// Lets one account read, and seals the keys to it.
    ///
    /// Naming an institution lets its practitioners read too; `recipient` says which is meant.
    package func permit(
        _ recipient: GrantRecipient, scope: GrantScope, from: Timestamp, until: Timestamp,
        readLimit: UInt64? = nil
    ) throws(DeskError) -> Hash256 {
        guard let account = recipient.account else {
            let (id, call) = try planner().rule(
                .permit, recipient, scope: scope, from: from, until: until)
            try submit([call])
            return id
        }
        guard let reader = try readerKey(account) else { throw .readerUnknown }
        let planner = try planner()
        let (id, calls): (Hash256, [Call])
        do throws(ConsentPlanError) {
            (id, calls) = try planner.permit(
                reader, as: recipient, scope: scope, from: from, until: until,
                readLimit: readLimit)
        } catch { throw .plan(error) }
        try submit(calls)
        return id
    }

    /// Seals keys under an existing consent to one more reader: a practitioner of the institution
    /// or with the role that the consent names.
    package func handKeys(
        of grant: Hash256, to account: AccountID
    ) throws(DeskError) {
        guard let listed = try consents().first(where: { $0.id == grant }) else {
            throw .grantUnknown
        }
        guard let reader = try readerKey(account) else { throw .readerUnknown }
        let planner = try planner()
        let calls: [Call]
        do throws(ConsentPlanError) {
            calls = try planner.keys(
                for: listed.grant.scope.domains, to: reader, consent: grant)
        } catch { throw .plan(error) }
        try submit(calls)
    }

    /// Forbids reading, whatever other consents say.
    package func deny(
        _ recipient: GrantRecipient, scope: GrantScope, from: Timestamp, until: Timestamp
    ) throws(DeskError) -> Hash256 {
        let (id, call) = try planner().rule(
            .deny, recipient, scope: scope, from: from, until: until)
        try submit([call])
        return id
    }

    /// Makes an access code and puts its handle on the chain; show the text once.
    package func issueCode(
        scope: GrantScope, bound: AccountID? = nil, redeemUntil: Timestamp, grantSeconds: UInt64,
        readLimit: UInt64? = nil
    ) throws(DeskError) -> AccessCodeText {
        let text = AccessCodeText(random: random)
        let code: AccessCodeKeys
        do throws(CryptographyError) {
            code = try AccessCodeKeys(text, suite: owner.signing.publicKey.suite)
        } catch { throw .cryptography(error) }
        let planner = try planner()
        let call: Call
        do throws(ConsentPlanError) {
            call = try planner.issue(
                code, scope: scope, bound: bound, redeemUntil: redeemUntil,
                grantSeconds: grantSeconds, readLimit: readLimit)
        } catch { throw .plan(error) }
        try submit([call])
        return text
    }

    /// Ends a code that nobody redeemed.
    package func cancelCode(_ code: AccountID) throws(DeskError) {
        try submit([ConsentPlanner.cancel(code)])
    }

    /// Ends a grant, moves its domains to new epochs and gives those to the readers who stay.
    package func revoke(_ grant: Hash256, now: Timestamp) throws(DeskError) {
        let grants = try consents()
        guard let revoked = grants.first(where: { $0.id == grant }) else { throw .grantUnknown }
        let kept = ConsentPlanner.remaining(among: grants, without: grant, now: now)
        var readers: [ReaderKey] = []
        var asked: Set<AccountID> = []
        for domain in revoked.grant.scope.domains {
            for (account, _) in kept[domain] ?? [] where asked.insert(account).inserted {
                if let reader = try readerKey(account) { readers.append(reader) }
            }
        }
        let planner = try planner()
        let calls: [Call]
        do throws(ConsentPlanError) {
            calls = try planner.revoke(revoked, among: grants, readers: readers, now: now)
        } catch { throw .plan(error) }
        try submit(calls)
    }

    /// Erases a record; its keys and bytes are destroyed by the nodes.
    package func erase(_ record: Hash256, reason: ReasonCode) throws(DeskError) {
        try submit([RecordCalls.erase(record, of: owner.account, reason: reason)])
    }

    /// Every grant of the owner.
    package func consents() throws(DeskError) -> [ListedGrant] {
        do throws(PortError) {
            return try port.consents(of: owner.account)
        } catch { throw .port(error) }
    }

    /// Sends calls of the owner, in order, and waits until all are final.
    package func submit(_ calls: [Call]) throws(DeskError) {
        let head: UInt64
        do throws(PortError) { head = try port.chain().height } catch { throw .port(error) }
        let transactions: [SignedTransaction]
        do throws(CryptographyError) {
            transactions = try builder.sign(splitting: calls, by: owner.signer, head: head)
        } catch { throw .cryptography(error) }
        // One after the other: keys without their consent would open a closed door.
        for transaction in transactions {
            let verdicts: [TransactionVerdict]
            do throws(PortError) {
                verdicts = try port.submit([transaction])
            } catch { throw .port(error) }
            if let refusal = verdicts.lazy.compactMap(\.refusal).first { throw .contract(refusal) }
        }
    }

    private func planner() throws(DeskError) -> ConsentPlanner {
        ConsentPlanner(owner: owner, epochs: try epochs(), suite: suite, random: random)
    }

    private func readerKey(_ account: AccountID) throws(DeskError) -> ReaderKey? {
        do throws(PortError) {
            return try port.member(account)?.readingKey.map {
                ReaderKey(account: account, readingKey: $0)
            }
        } catch { throw .port(error) }
    }
}
