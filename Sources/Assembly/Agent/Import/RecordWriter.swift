import Base
import Cryptography
import FHIRModel
import Ledger
import Records
import System

/// Seals records in batches, sends bodies and then transactions, and waits until all are final.
///
/// A body is always stored before the transaction that names it.
struct RecordWriter: Sendable {
    /// Attempts at one batch: a moved epoch or a record that is there already costs one each.
    private static let attemptLimit = 5
    /// Records that one thread seals at a time.
    private static let sealingChunk = 8

    let signer: Signer
    let sealers: Sealers
    let port: any LedgerPort
    let builder: TransactionBuilder
    let owners: OwnerDirectory
    let pool: WorkerPool
    let options: ImportOptions
    /// Whether one transaction may hold records of several owners.
    var mixesOwners = false

    /// A sealer for records of others, and one for the institution's own.
    struct Sealers: Sendable {
        let ofOthers: RecordSealer
        let own: RecordSealer
    }

    private struct Sealed: Sendable {
        let job: WriteJob
        let version: SealedVersion
    }

    /// Writes jobs; returns how many records were there already.
    ///
    /// The next batch is sealed and stored while the chain finalises the one before. Progress gets
    /// each job that is final with its transaction, which is nil for a record that was there
    /// already.
    func write(
        _ jobs: [WriteJob], progress: (WriteJob, TransactionID?) -> Void
    ) throws(ImportFailure) -> Int {
        var batches = WriteBatches(jobs, count: options.batchCount)
        var alreadyWritten = 0
        var ahead = batches.next().map { prepare(ahead: $0) }
        // After a failure nothing may go on in the background.
        defer { _ = ahead?.wait() }
        while let current = ahead {
            ahead = nil
            let sealed = try current.wait().get()
            ahead = batches.next().map { prepare(ahead: $0) }
            let transactions = try finalise(sealed)
            alreadyWritten += sealed.count - transactions.count
            for item in sealed { progress(item.job, transactions[item.job.record]) }
        }
        return alreadyWritten
    }

    // MARK: Preparing

    private func prepare(ahead jobs: [WriteJob]) -> Ahead<Result<[Sealed], ImportFailure>> {
        Ahead("prepare") {
            do throws(ImportFailure) { return .success(try prepare(jobs)) } catch {
                return .failure(error)
            }
        }
    }

    /// Seals, and stores the bodies.
    private func prepare(_ jobs: [WriteJob]) throws(ImportFailure) -> [Sealed] {
        let sealed = try seal(jobs)
        try store(sealed)
        return sealed
    }

    private func seal(_ jobs: [WriteJob]) throws(ImportFailure) -> [Sealed] {
        var keyed: [(job: WriteJob, key: PublishedKey)] = []
        for job in jobs { keyed.append((job, try owners.key(of: job.owner, job.domain))) }
        let results = pool.map(keyed, chunk: Self.sealingChunk) { job, key in
            Result { () throws(CryptographyError) in
                let place = RecordPlace(
                    owner: job.owner, domain: job.domain, epoch: key.epoch, record: job.record,
                    version: job.version)
                let sealer = job.owner == signer.account ? sealers.own : sealers.ofOthers
                return Sealed(
                    job: job, version: try sealer.seal(job.payload, at: place, to: key.key))
            }
        }
        var sealed: [Sealed] = []
        for result in results {
            do throws(CryptographyError) { sealed.append(try result.get()) } catch {
                throw .cryptography(error)
            }
        }
        return sealed
    }

    // MARK: Sending

    /// The transactions by record; a record that was there already has none.
    private func finalise(
        _ sealed: [Sealed]
    ) throws(ImportFailure) -> [Hash256: TransactionID] {
        var groups = grouped(sealed)
        var transactions: [Hash256: TransactionID] = [:]
        for _ in 0..<Self.attemptLimit {
            let verdicts = try submit(groups)
            var again: [[Sealed]] = []
            for (group, verdict) in zip(groups, verdicts) {
                guard let refusal = verdict.refusal else {
                    for item in group { transactions[item.job.record] = verdict.id }
                    continue
                }
                switch refusal.code {
                case RecordsRefusal.idUsed.refusal.code where group.count == 1:
                    break  // Written by an earlier run of the same file, which then broke off.
                case RecordsRefusal.idUsed.refusal.code:
                    again += group.map { [$0] }
                case RecordsRefusal.epoch.refusal.code:
                    owners.forget(Set(group.map(\.job.owner)))
                    again += grouped(try prepare(group.map(\.job)))
                default: throw .contract(refusal)
                }
            }
            guard !again.isEmpty else { return transactions }
            groups = again
        }
        throw .contract(RecordsRefusal.epoch.refusal)
    }

    /// Groups as large as one transaction may be, of one owner each unless owners may mix.
    private func grouped(_ sealed: [Sealed]) -> [[Sealed]] {
        let size = max(1, min(options.callsPerTransaction, LedgerLimits.callCount))
        if mixesOwners {
            return stride(from: 0, to: sealed.count, by: size).map {
                Array(sealed[$0...].prefix(size))
            }
        }
        var groups: [[Sealed]] = []
        var open: [AccountID: Int] = [:]
        for item in sealed {
            if let index = open[item.job.owner], groups[index].count < size {
                groups[index].append(item)
            } else {
                open[item.job.owner] = groups.count
                groups.append([item])
            }
        }
        return groups
    }

    private func store(_ sealed: [Sealed]) throws(ImportFailure) {
        let blobs = sealed.flatMap { [$0.version.body, $0.version.envelope] }
        let expected = sealed.flatMap { [$0.version.bodyAddress, $0.version.envelopeAddress] }
        do throws(PortError) {
            guard try port.store(blobs) == expected else { throw PortError.unexpected("address") }
        } catch {
            if error == .unexpected("address") { throw .vault }
            throw .port(error)
        }
    }

    private func submit(_ groups: [[Sealed]]) throws(ImportFailure) -> [TransactionVerdict] {
        let head = try owners.height()
        var transactions: [SignedTransaction] = []
        do throws(CryptographyError) {
            for group in groups {
                let calls = group.map {
                    $0.job.version == 1
                        ? RecordCalls.write($0.version) : RecordCalls.amend($0.version)
                }
                transactions.append(try builder.sign(calls, by: signer, head: head))
            }
        } catch { throw .cryptography(error) }
        do throws(PortError) {
            let verdicts = try port.submit(transactions)
            guard verdicts.map(\.id) == transactions.map(\.id) else {
                throw PortError.unexpected("verdicts")
            }
            return verdicts
        } catch { throw .port(error) }
    }
}
