import Records
package import Agent
package import Base
package import Consent
import Encoding
package import FHIRModel
import Keys
package import Ledger
import Membership
package import Node
import Storage
import System

/// A node in the same process: what `init`, benchmarks and conformance suites use instead of HTTP.
package final class NodePort: LedgerPort {
    let node: Node
    let account: AccountID

    /// - Parameter account: in whose name reads are asked for.
    package init(node: Node, account: AccountID) { (self.node, self.account) = (node, account) }

    private func storage<Value>(
        _ body: () throws(StorageError) -> Value
    ) throws(PortError) -> Value {
        do throws(StorageError) {
            return try body()
        } catch {
            throw .refused(error.refusal, status: 503)
        }
    }

    package func chain() throws(PortError) -> ChainFacts {
        let head = node.head
        return ChainFacts(
            chain: node.configuration.genesis.id, height: head.height, time: head.time)
    }

    package func store(_ blobs: [[UInt8]]) throws(PortError) -> [Hash256] {
        try storage { () throws(StorageError) in try node.vault.put(blobs).map(\.digest) }
    }

    package func submit(
        _ transactions: [SignedTransaction]
    ) throws(PortError) -> [TransactionVerdict] {
        let results = ConditionMutex([SubmissionResult?](repeating: nil, count: transactions.count))
        node.submit(transactions.map(\.bytes)) { index, result in
            results.withLock { $0[index] = result }
        }
        let settled = results.wait { results in
            results.allSatisfy { $0 != nil } ? results.compactMap { $0 } : nil
        }
        var verdicts: [TransactionVerdict] = []
        for (transaction, result) in zip(transactions, settled) {
            verdicts.append(try verdict(result, of: transaction.id))
        }
        return verdicts
    }

    private func verdict(
        _ result: SubmissionResult, of id: TransactionID
    ) throws(PortError) -> TransactionVerdict {
        switch result {
        case .final(let place, let failure):
            let refusal = failure.map { Node.refusal(for: $0) }
            return TransactionVerdict(
                id: id,
                outcome: .final(
                    height: place.height, index: UInt64(place.index), failure: refusal))
        case .refused(.duplicate):
            let known = try storage { () throws(StorageError) in
                try node.place(of: id).flatMap { (place) throws(StorageError) in
                    try node.block(at: place.height).map { (place, $0) }
                }
            }
            guard let (place, block) = known,
                let entry = try? Entry(decoding: block.entries[Int(place.index)])
            else {
                return TransactionVerdict(
                    id: id, outcome: .refused(TransactionError.duplicate(id).refusal))
            }
            return try verdict(.final(place, failure: entry.outcome.failure), of: id)
        case .refused(let error):
            return TransactionVerdict(id: id, outcome: .refused(error.refusal))
        }
    }

    package func member(_ account: AccountID) throws(PortError) -> MemberFacts? {
        try storage { () throws(StorageError) in
            let state = try node.state()
            if let found = try Directory.practitioner(account, in: state) {
                return MemberFacts(
                    kind: .practitioner, status: found.status, institution: found.institution,
                    roles: found.roles, readingKey: found.readingKey)
            }
            if let found = try Directory.institution(account, in: state) {
                return MemberFacts(
                    kind: .institution, status: found.status, readingKey: found.readingKey,
                    name: found.name)
            }
            return try Directory.resident(account, in: state).map {
                MemberFacts(kind: .resident, status: $0.status, institution: $0.registrar)
            }
        }
    }

    package func domainKey(
        of owner: AccountID, _ domain: Domain, epoch: UInt64?
    ) throws(PortError) -> PublishedKey? {
        try storage { () throws(StorageError) in
            let state = try node.state()
            if let epoch {
                return try DomainKeys.key(owner, domain: domain.rawValue, epoch: epoch, in: state)
                    .map { PublishedKey(epoch: epoch, key: $0.publicKey) }
            }
            return try DomainKeys.currentKey(owner, domain: domain.rawValue, in: state)
                .map { PublishedKey(epoch: $0.epoch, key: $0.key.publicKey) }
        }
    }

    package func records(
        of owner: AccountID, domain: Domain?, purpose: Purpose, after: Hash256?
    ) throws(PortError) -> (records: [RecordFacts], next: Hash256?) {
        do throws(ReadError) {
            let (answer, next) = try node.desk.list(
                of: owner, by: account, purpose: purpose, domain: domain, after: after,
                limit: ReadDesk.recordLimit)
            let records = answer.results.compactMap { result in
                result.item.map {
                    RecordFacts(
                        record: result.record, domain: $0.domain, versions: $0.versions,
                        writer: $0.writer)
                }
            }
            return (records, next)
        } catch {
            throw .refused(error.refusal, status: 403)
        }
    }

    package func read(
        _ records: [Hash256], of owner: AccountID, purpose: Purpose
    ) throws(PortError) -> [ServedRecord] {
        let answer: ReadAnswer
        do throws(ReadError) {
            answer = try node.desk.read(records, of: owner, by: account, purpose: purpose)
        } catch {
            throw .refused(error.refusal, status: 403)
        }
        return answer.results.map { result in
            let reasons = result.decision.reasons.map(\.sentence)
            guard let content = result.content, let item = result.item else {
                return ServedRecord(record: result.record, content: nil, reasons: reasons)
            }
            let place = RecordPlace(
                owner: owner, domain: item.domain, epoch: content.version.content.epoch,
                record: result.record, version: content.number)
            return ServedRecord(
                record: result.record,
                content: .init(
                    place: place, writer: content.version.writer,
                    commitment: content.version.content.commitment, body: content.body,
                    envelope: content.envelope,
                    keys: content.key.map { [.grant(sealed: $0.sealed)] } ?? []),
                reasons: reasons)
        }
    }

    package func accessCode(_ account: AccountID) throws(PortError) -> AccessCodeFacts? {
        let code = try storage { () throws(StorageError) in
            try ConsentQueries.code(account, in: node.state())
        }
        return code.map {
            AccessCodeFacts(
                owner: $0.owner,
                keys: $0.offer.keys.map {
                    .init(domain: $0.domain, epoch: $0.epoch, sealed: $0.sealed)
                })
        }
    }

    package func redeem(
        _ transaction: SignedTransaction
    ) throws(PortError) -> TransactionVerdict {
        guard let verdict = try submit([transaction]).first else { throw .unexpected("no result") }
        return verdict
    }

    package func consents(of owner: AccountID) throws(PortError) -> [ListedGrant] {
        try storage { () throws(StorageError) in
            try ConsentQueries.grants(of: owner, limit: 10_000, in: node.state())
        }
    }
}
