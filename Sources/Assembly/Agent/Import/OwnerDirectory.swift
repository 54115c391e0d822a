import Base
import Cryptography
import FHIRModel
import Keys
import Ledger
import Synchronization

/// The public keys to which records are sealed, checked against the wallets that are kept here.
final class OwnerDirectory: Sendable {
    private struct Name: Hashable {
        let owner: AccountID
        let domain: Domain
    }

    private let institution: OwnerKeys
    private let store: AgentStore
    private let port: any LedgerPort
    private let builder: TransactionBuilder
    private let known = Mutex<[Name: PublishedKey]>([:])

    init(
        institution: OwnerKeys, store: AgentStore, port: any LedgerPort,
        builder: TransactionBuilder
    ) {
        (self.institution, self.store) = (institution, store)
        (self.port, self.builder) = (port, builder)
    }

    /// The keys of an owner whose secrets are here; nil for residents with their own wallets.
    func secrets(of owner: AccountID) throws(ImportFailure) -> OwnerKeys? {
        if owner == institution.account { return institution }
        guard let wallet = store.hostedWallet(of: owner) else { return nil }
        do throws(CryptographyError) {
            return try wallet.pseudonym(at: institution.account)
        } catch { throw .cryptography(error) }
    }

    /// The newest key of an owner's domain; published now if it is missing and the secrets are
    /// here.
    func key(of owner: AccountID, _ domain: Domain) throws(ImportFailure) -> PublishedKey {
        let name = Name(owner: owner, domain: domain)
        if let key = known.withLock({ $0[name] }) { return key }
        let secrets = try secrets(of: owner)
        var found = try ask(owner, domain)
        if found == nil {
            guard let secrets else { throw .keyMissing(domain) }
            try publishFirst(of: secrets, in: [domain])
            found = try ask(owner, domain)
        }
        guard let key = found else { throw .keyMissing(domain) }
        if let secrets { try check(key, domain, secrets) }
        known.withLock { $0[name] = key }
        return key
    }

    /// Forgets the keys of owners, because the chain says that they have moved on.
    func forget(_ owners: Set<AccountID>) {
        known.withLock { known in known = known.filter { !owners.contains($0.key.owner) } }
    }

    /// Publishes the first epoch of domains.
    func publishFirst(
        of owner: OwnerKeys, in domains: [Domain] = Domain.allCases
    ) throws(ImportFailure) {
        let transaction: SignedTransaction
        let head = try height()
        do throws(CryptographyError) {
            let calls = try KeyCalls.publishFirst(of: owner, domains: domains)
            transaction = try builder.sign(calls, by: owner.signer, head: head)
        } catch { throw .cryptography(error) }
        try send([transaction])
    }

    /// Sends transactions of which each must take effect.
    func send(_ transactions: [SignedTransaction]) throws(ImportFailure) {
        do throws(PortError) {
            for start in stride(from: 0, to: transactions.count, by: PortLimits.transactionCount) {
                let end = min(transactions.count, start + PortLimits.transactionCount)
                for verdict in try port.submit(Array(transactions[start..<end])) {
                    if let refusal = verdict.refusal {
                        throw PortError.refused(refusal, status: 409)
                    }
                }
            }
        } catch {
            if case .refused(let refusal, 409) = error { throw .contract(refusal) }
            throw .port(error)
        }
    }

    /// The chain's height now.
    func height() throws(ImportFailure) -> UInt64 {
        do throws(PortError) { return try port.chain().height } catch { throw .port(error) }
    }

    private func ask(_ owner: AccountID, _ domain: Domain) throws(ImportFailure) -> PublishedKey? {
        do throws(PortError) {
            return try port.domainKey(of: owner, domain, epoch: nil)
        } catch { throw .port(error) }
    }

    /// A node that names a key of its own for a wallet kept here could read what we seal.
    private func check(
        _ key: PublishedKey, _ domain: Domain, _ secrets: OwnerKeys
    ) throws(ImportFailure) {
        let own = try? secrets.domainKey(domain, epoch: key.epoch).publicKey
        guard own == key.key else { throw .keyMismatch }
    }
}
