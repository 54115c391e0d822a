package import Base
package import ContractKit
package import Cryptography
package import FHIRModel
package import Ledger
package import Membership

/// What an institution does about its people: practitioners, and residents with wallets of their
/// own.
///
/// A new account signs beside the institution, so nobody is registered without knowing it.
package struct InstitutionDesk: Sendable {
    private let store: AgentStore
    private let port: any LedgerPort
    private let builder: TransactionBuilder
    private let random: any RandomSource

    /// A desk for the institution whose store it is.
    package init(
        store: AgentStore, port: any LedgerPort, chain: Hash256, random: any RandomSource
    ) {
        (self.store, self.port, self.random) = (store, port, random)
        builder = TransactionBuilder(chain: chain, random: random)
    }

    /// Registers a practitioner, who signs too.
    package func register(
        _ practitioner: Identity, licenceNumber: String, roles: [PractitionerRole]
    ) throws(DeskError) {
        guard let signer = practitioner.signer, let reading = practitioner.reading,
            let secret = store.identity.registrySecret
        else { throw .wrongIdentity }
        let call = MemberCalls.register(
            signer.account, licenceNumber: licenceNumber, roles: roles,
            readingKey: reading.publicKey, registrySecret: secret)
        try submit([call], with: [signer])
    }

    /// Suspends, resumes or revokes a practitioner of this institution.
    package func setStatus(
        of practitioner: AccountID, _ status: MemberStatus, reason: ReasonCode
    ) throws(DeskError) {
        try submit([MemberCalls.setPractitionerStatus(practitioner, status, reason: reason)])
    }

    /// Enrols a resident who keeps the wallet, publishes the first keys and remembers the patient.
    ///
    /// The identity number stays here; the chain gets a keyed commitment to it. What an earlier run
    /// that broke off has done is not done again. The suite is the zone's cipher.
    package func enrol(
        _ wallet: ResidentWallet, identityNumber: IdentityNumber, assurance: IdentityAssurance,
        suite: CipherSuite
    ) throws(DeskError) -> AccountID {
        let identity = store.identity
        guard let institution = identity.account, let secret = identity.registrySecret else {
            throw .wrongIdentity
        }
        let owner: OwnerKeys
        do throws(CryptographyError) {
            owner = try wallet.pseudonym(at: institution)
        } catch { throw .cryptography(error) }
        let key = PatientKey(
            system: CodeSystem.identityNumber, value: identityNumber.text, secret: secret)
        do throws(AgentStoreError) {
            try store.remember([.patient(key, pseudonym: owner.account, isHosted: false)])
        } catch { throw .store(error) }
        let call = MemberCalls.enrol(
            owner.account, identityNumber: identityNumber, identifier: identityNumber.text,
            assurance: assurance, host: nil, registrySecret: secret)
        let known: MemberFacts?
        do throws(PortError) { known = try port.member(owner.account) } catch { throw .port(error) }
        if known == nil { try submit([call], with: [owner.signer]) }
        let desk = OwnerDesk(
            owner: owner, port: port, chain: builder.chain, suite: suite, random: random)
        try desk.publishMissing()
        return owner.account
    }

    private func submit(_ calls: [Call], with cosigners: [Signer] = []) throws(DeskError) {
        guard let signer = store.identity.signer else { throw .wrongIdentity }
        let head: UInt64
        do throws(PortError) { head = try port.chain().height } catch { throw .port(error) }
        let transaction: SignedTransaction
        do throws(CryptographyError) {
            transaction = try builder.sign(calls, by: signer, with: cosigners, head: head)
        } catch { throw .cryptography(error) }
        let verdicts: [TransactionVerdict]
        do throws(PortError) {
            verdicts = try port.submit([transaction])
        } catch { throw .port(error) }
        if let refusal = verdicts.lazy.compactMap(\.refusal).first { throw .contract(refusal) }
    }
}
