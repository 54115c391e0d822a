package import Base
import Cryptography
package import FHIRModel
package import Ledger

/// What a practitioner does with an access code.
package struct PractitionerDesk: Sendable {
    /// What a redeemed code opens.
    package struct Access: Hashable, Sendable {
        package let owner: AccountID
        package let domains: [Domain]
        package let transaction: TransactionID
    }

    private let store: AgentStore
    private let port: any LedgerPort
    private let builder: TransactionBuilder

    /// A desk for the practitioner whose store it is.
    package init(
        store: AgentStore, port: any LedgerPort, chain: Hash256, random: any RandomSource
    ) {
        (self.store, self.port) = (store, port)
        builder = TransactionBuilder(chain: chain, random: random)
    }

    /// Redeems a code and keeps its keys; the grant is final and the keys durable at return.
    ///
    /// When the keys could not be kept, ``collect(_:)`` with the same code gets them again.
    package func redeem(_ text: AccessCodeText) throws(DeskError) -> Access {
        let identity = store.identity
        guard identity.kind == .practitioner, let signer = identity.signer else {
            throw .wrongIdentity
        }
        let code = try keys(text)
        let head: UInt64
        do throws(PortError) { head = try port.chain().height } catch { throw .port(error) }
        let transaction: SignedTransaction
        do throws(CryptographyError) {
            transaction = try builder.sign(
                [ConsentPlanner.redeem(code.account)], by: signer, with: [code.signer], head: head)
        } catch { throw .cryptography(error) }
        let verdict: TransactionVerdict
        do throws(PortError) {
            verdict = try port.redeem(transaction)
        } catch { throw .port(error) }
        if let refusal = verdict.refusal { throw .contract(refusal) }
        let facts = try collect(text)
        return Access(
            owner: facts.owner, domains: distinct(facts.keys.map(\.domain)),
            transaction: transaction.id)
    }

    /// Opens the seeds of a code and keeps them, durably.
    @discardableResult
    package func collect(_ text: AccessCodeText) throws(DeskError) -> AccessCodeFacts {
        let code = try keys(text)
        let found: AccessCodeFacts?
        do throws(PortError) {
            found = try port.accessCode(code.account)
        } catch { throw .port(error) }
        guard let facts = found else { throw .codeUnknown }
        var entries: [JournalEntry] = []
        for key in facts.keys {
            do throws(CryptographyError) {
                let seed = try code.open(
                    key.sealed, owner: facts.owner, domain: key.domain, epoch: key.epoch)
                let name = EpochKeyName(
                    owner: facts.owner, domain: key.domain, epoch: key.epoch)
                entries.append(.epochSeed(name, seed: seed))
            } catch { throw .codeKeys }
        }
        do throws(AgentStoreError) { try store.remember(entries) } catch { throw .store(error) }
        return facts
    }

    private func keys(_ text: AccessCodeText) throws(DeskError) -> AccessCodeKeys {
        do throws(CryptographyError) {
            return try AccessCodeKeys(text, suite: store.identity.suite)
        } catch { throw .cryptography(error) }
    }

    private func distinct(_ domains: [Domain]) -> [Domain] {
        Domain.allCases.filter { domains.contains($0) }
    }
}
