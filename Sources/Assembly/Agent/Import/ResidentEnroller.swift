import Base
import Cryptography
import FHIRModel
import Ledger
import Membership

/// Finds the patients of a file among the institution's, and enrols new ones with hosted wallets.
struct ResidentEnroller {
    let institution: Identity
    let account: AccountID
    let signer: Signer
    let store: AgentStore
    let port: any LedgerPort
    let builder: TransactionBuilder
    let owners: OwnerDirectory
    let options: ImportOptions
    let random: any RandomSource

    /// A resident to enrol on the chain.
    private struct Newcomer {
        let handle: PatientHandle
        let keys: OwnerKeys
    }

    /// The pseudonym of each patient of the roster, enrolled when this returns.
    ///
    /// A wallet is in the journal, durably, before the chain hears of it.
    func resolve(
        _ roster: PatientRoster
    ) throws(ImportFailure) -> (pseudonyms: [AccountID], enrolled: Int) {
        let secret = institution.registrySecret
        guard let secret else { throw .notInstitution }
        let state = store.state
        var pseudonyms: [AccountID?] = []
        var entries: [JournalEntry] = []
        for handle in roster.patients {
            let found = try state.find(handle)
            pseudonyms.append(found?.patient.pseudonym)
            guard let found else { continue }
            entries += found.newKeys.map {
                .patient(
                    $0, pseudonym: found.patient.pseudonym, isHosted: found.patient.isHosted)
            }
        }
        let unknown = pseudonyms.count { $0 == nil }
        guard unknown == 0 || options.enrolsHosted else { throw .patientsUnknown(count: unknown) }
        var resolved: [AccountID] = []
        for (handle, pseudonym) in zip(roster.patients, pseudonyms) {
            guard pseudonym == nil else {
                resolved.append(pseudonym ?? account)
                continue
            }
            let wallet = ResidentWallet(suite: institution.suite, random: random)
            let keys = try keys(of: wallet)
            entries.append(.hostedWallet(root: wallet.root, pseudonym: keys.account))
            entries += handle.keys.map {
                .patient($0, pseudonym: keys.account, isHosted: true)
            }
            resolved.append(keys.account)
        }
        do throws(AgentStoreError) { try store.remember(entries) } catch { throw .store(error) }
        let enrolled = try enrolMissing(resolved, roster, secret)
        return (resolved, enrolled)
    }

    /// Enrols hosted pseudonyms that the chain does not know: new ones, and those of a broken run.
    private func enrolMissing(
        _ pseudonyms: [AccountID], _ roster: PatientRoster, _ secret: SecretBytes
    ) throws(ImportFailure) -> Int {
        var newcomers: [Newcomer] = []
        for (pseudonym, handle) in zip(pseudonyms, roster.patients) {
            guard let keys = try owners.secrets(of: pseudonym) else { continue }
            do throws(PortError) {
                if try port.member(pseudonym) != nil { continue }
            } catch { throw .port(error) }
            newcomers.append(Newcomer(handle: handle, keys: keys))
        }
        guard !newcomers.isEmpty else { return 0 }
        let head = try owners.height()
        var enrolments: [SignedTransaction] = []
        var publications: [SignedTransaction] = []
        do throws(CryptographyError) {
            for newcomer in newcomers {
                let call = MemberCalls.enrol(
                    newcomer.keys.account, identityNumber: newcomer.handle.identityNumber,
                    identifier: newcomer.handle.identityText, assurance: options.assurance,
                    host: account, registrySecret: secret)
                enrolments.append(
                    try builder.sign(
                        [call], by: signer, with: [newcomer.keys.signer], head: head))
                publications.append(
                    try builder.sign(
                        KeyCalls.publishFirst(of: newcomer.keys), by: newcomer.keys.signer,
                        head: head))
            }
        } catch { throw .cryptography(error) }
        // Only members may send, so the keys wait until the enrolments are final.
        try owners.send(enrolments)
        try owners.send(publications)
        return newcomers.count
    }

    private func keys(of wallet: ResidentWallet) throws(ImportFailure) -> OwnerKeys {
        do throws(CryptographyError) {
            return try wallet.pseudonym(at: account)
        } catch { throw .cryptography(error) }
    }
}
