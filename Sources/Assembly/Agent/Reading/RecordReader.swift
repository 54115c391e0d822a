package import Base
import Cryptography
package import FHIRModel
package import Ledger
import Synchronization

/// A record that was read, opened and checked.
package struct OpenedRecord: Hashable, Sendable {
    package let place: RecordPlace
    package let writer: AccountID
    package let payload: RecordPayload

    /// The record's identifier.
    package var record: Hash256 { place.record }
}

/// What became of one record of a read.
package enum ReadOutcome: Hashable, Sendable {
    case opened(OpenedRecord)
    /// The consent decision, with its reasons.
    case refused(Hash256, [Refusal])
    /// Served, but it could not be opened or is not what was committed to.
    case unreadable(Hash256, RecordOpeningError)

    /// The record, when it was opened.
    package var opened: OpenedRecord? { if case .opened(let record) = self { record } else { nil } }
}

/// Reads records through a node and opens them with the keys of one store.
package final class RecordReader: Sendable {
    private let store: AgentStore
    private let port: any LedgerPort
    private let prover: ReadProver?
    /// Keys that have opened a record before.
    private let proven = Mutex<[EpochKeyName: KeyAgreementKey]>([:])

    /// A reader that believes what the node says the chain holds.
    package init(store: AgentStore, port: any LedgerPort) {
        (self.store, self.port, prover) = (store, port, nil)
    }

    /// A reader that believes the node nothing: each record comes with a receipt that verifies.
    package init(store: AgentStore, port: any LedgerPort & ReceiptPort, trust: TrustFile) {
        (self.store, self.port) = (store, port)
        prover = ReadProver(port: port, trust: trust)
    }

    /// Reads records of one owner, in requests as large as the node takes.
    package func read(
        _ records: [Hash256], of owner: AccountID, purpose: Purpose
    ) throws(PortError) -> [ReadOutcome] {
        var outcomes: [ReadOutcome] = []
        for start in stride(from: 0, to: records.count, by: PortLimits.readCount) {
            let part = Array(records[start..<min(records.count, start + PortLimits.readCount)])
            let served = try port.read(part, of: owner, purpose: purpose)
            guard served.map(\.record) == part else { throw .unexpected("records") }
            let unproven = try prover?.unproven(served) ?? []
            outcomes += served.map { served in
                unproven.contains(served.record)
                    ? .unreadable(served.record, .unproven) : open(served, of: owner)
            }
        }
        return outcomes
    }

    /// Reads every record that the node lists for the purpose.
    package func readAll(
        of owner: AccountID, domain: Domain? = nil, purpose: Purpose
    ) throws(PortError) -> [ReadOutcome] {
        var outcomes: [ReadOutcome] = []
        var after: Hash256?
        repeat {
            let page = try port.records(of: owner, domain: domain, purpose: purpose, after: after)
            outcomes += try read(page.records.map(\.record), of: owner, purpose: purpose)
            // A node that turns in circles must not keep us.
            guard let next = page.next, after.map({ $0 < next }) ?? true else { break }
            after = next
        } while true
        return outcomes
    }

    // MARK: Opening

    private func open(_ served: ServedRecord, of owner: AccountID) -> ReadOutcome {
        guard let content = served.content else { return .refused(served.record, served.reasons) }
        guard content.place.owner == owner, content.place.record == served.record else {
            return .unreadable(served.record, .commitment)
        }
        let name = EpochKeyName(
            owner: owner, domain: content.place.domain, epoch: content.place.epoch)
        let writerKey = writerKey(of: content.writer)
        var failure = RecordOpeningError.noKey
        for domainKey in domainKeys(name, content) + [nil] {
            do throws(RecordOpeningError) {
                let payload = try RecordOpener.open(
                    body: content.body, envelope: content.envelope,
                    commitment: content.commitment, at: content.place,
                    with: OpeningKeys(
                        domainKey: domainKey, writerKey: domainKey == nil ? writerKey : nil))
                if let domainKey { proven.withLock { $0[name] = domainKey } }
                return .opened(
                    OpenedRecord(place: content.place, writer: content.writer, payload: payload))
            } catch {
                // The most telling failure is that of a key which fitted.
                if error != .noKey { failure = error }
            }
        }
        return .unreadable(served.record, failure)
    }

    /// Keys that may open the owner's wrap, the likeliest first.
    private func domainKeys(
        _ name: EpochKeyName, _ content: ServedRecord.Content
    ) -> [KeyAgreementKey?] {
        if let key = proven.withLock({ $0[name] }) { return [key] }
        if let own = OwnerLookup.keys(of: name.owner, in: store) {
            return [try? own.domainKey(name.domain, epoch: name.epoch)]
        }
        var seeds = [store.reading { $0.epochSeeds[name] }].compactMap { $0 }
        let identity = store.identity
        if let reading = identity.reading, let account = identity.account {
            for case .grant(let sealed) in content.keys {
                let seed = try? EpochKeyGrant.open(
                    sealed, owner: name.owner, domain: name.domain, epoch: name.epoch,
                    reader: account, with: reading)
                if let seed { seeds.append(seed) }
            }
        }
        return seeds.map { try? KeyAgreementKey(seed: $0) }
    }

    private func writerKey(of writer: AccountID) -> KeyAgreementKey? {
        let identity = store.identity
        if identity.account == writer { return identity.reading }
        return store.reading { $0.sharedReadingKeys[writer] }.flatMap {
            try? KeyAgreementKey(seed: $0)
        }
    }
}

/// Finds the keys of an owner whose secrets a store holds.
package enum OwnerLookup {
    /// The institution's own, a hosted wallet's, or a resident's at one of the homes; nil
    /// otherwise.
    package static func keys(of owner: AccountID, in store: AgentStore) -> OwnerKeys? {
        let identity = store.identity
        if let own = identity.owner {
            if own.account == owner { return own }
            return store.hostedWallet(of: owner).flatMap { try? $0.pseudonym(at: own.account) }
        }
        guard let wallet = identity.wallet else { return nil }
        return identity.homes.lazy.compactMap { try? wallet.pseudonym(at: $0) }
            .first { $0.account == owner }
    }
}
