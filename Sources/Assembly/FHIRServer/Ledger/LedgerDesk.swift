package import Agent
import Audit
package import Base
import Consent
package import Cryptography
import FHIRModel
import Ledger

/// What the server does on the ledger for residents whose wallets the institution keeps, and what
/// it looks up there.
package struct LedgerDesk: Sendable {
    private let store: AgentStore
    /// Ports that act in the name of an owner.
    private let ownerPort: @Sendable (Signer) -> any OwnerPort
    private let port: any LedgerPort
    private let chain: Hash256
    private let suite: CipherSuite
    private let random: any RandomSource

    /// - Parameters:
    ///   - ownerPort: a port that acts in the name of an owner whose keys sign.
    ///   - suite: the zone's cipher.
    package init(
        store: AgentStore, port: any LedgerPort, chain: Hash256, suite: CipherSuite,
        ownerPort: @escaping @Sendable (Signer) -> any OwnerPort, random: any RandomSource
    ) {
        (self.store, self.port, self.chain, self.suite) = (store, port, chain, suite)
        (self.ownerPort, self.random) = (ownerPort, random)
    }

    /// Whether the institution keeps this resident's wallet.
    func hosts(_ owner: AccountID) -> Bool { OwnerLookup.keys(of: owner, in: store) != nil }

    /// Every grant of a hosted resident.
    func consents(of owner: AccountID) throws(FHIRError) -> [ListedGrant] {
        do throws(DeskError) { return try desk(owner).consents() } catch {
            throw FHIRError(error)
        }
    }

    /// Every read of a hosted resident's records, oldest first.
    func audit(
        of owner: AccountID
    ) throws(FHIRError) -> [(sequence: UInt64, row: AuditRow)] {
        var rows: [(sequence: UInt64, row: AuditRow)] = []
        var after: UInt64?
        repeat {
            let page = try audit(of: owner, after: after)
            rows += page.rows
            after = page.next
        } while after != nil
        return rows
    }

    /// One page of the reads of a hosted resident's records, behind a sequence number.
    func audit(
        of owner: AccountID, after: UInt64?
    ) throws(FHIRError) -> (rows: [(sequence: UInt64, row: AuditRow)], next: UInt64?) {
        let port = ownerPort(try keys(owner).signer)
        do throws(PortError) { return try port.audit(of: owner, after: after) } catch {
            throw FHIRError(error)
        }
    }

    /// Puts a consent on the chain; final when this returns.
    func grant(_ wish: ConsentResource.Wish, of owner: AccountID) throws(FHIRError) -> Hash256 {
        do throws(DeskError) {
            let desk = try desk(owner)
            switch wish.effect {
            case .permit:
                return try desk.permit(
                    wish.recipient, scope: wish.scope, from: wish.from, until: wish.until,
                    readLimit: wish.readLimit)
            case .deny:
                return try desk.deny(
                    wish.recipient, scope: wish.scope, from: wish.from, until: wish.until)
            }
        } catch { throw FHIRError(error) }
    }

    /// Ends a consent; final when this returns.
    func revoke(_ grant: Hash256, of owner: AccountID, now: Timestamp) throws(FHIRError) {
        do throws(DeskError) { try desk(owner).revoke(grant, now: now) } catch {
            throw FHIRError(error)
        }
    }

    /// A member of the zone.
    func member(_ account: AccountID) throws(FHIRError) -> MemberFacts? {
        do throws(PortError) { return try port.member(account) } catch { throw FHIRError(error) }
    }

    /// The encoded receipt of a transaction; nil when the node hands none out.
    func receipt(of transaction: TransactionID) throws(FHIRError) -> [UInt8]? {
        guard let port = port as? any ReceiptPort else { return nil }
        do throws(PortError) {
            return try port.receipt(of: transaction, stateKeys: [])
        } catch { throw FHIRError(error) }
    }

    private func keys(_ owner: AccountID) throws(FHIRError) -> OwnerKeys {
        guard let keys = OwnerLookup.keys(of: owner, in: store) else {
            throw .forbidden(
                "The resident keeps the wallet, so only the resident does this, with the wallet.",
                "居民自持钱包，须由居民本人用钱包办理。")
        }
        return keys
    }

    private func desk(_ owner: AccountID) throws(DeskError) -> OwnerDesk {
        guard let keys = OwnerLookup.keys(of: owner, in: store) else { throw .wrongIdentity }
        return OwnerDesk(
            owner: keys, port: ownerPort(keys.signer), chain: chain, suite: suite,
            random: random)
    }
}

extension FHIRError {
    /// What an owner's desk said.
    init(_ error: DeskError) {
        if case .port(let error) = error {
            self.init(error)
        } else {
            self.init(422, "business-rule", error.refusal)
        }
    }
}
