package import Base
package import Cryptography
import Encoding
import FHIRModel
import Ledger
package import System

/// Brings files of FHIR resources onto the chain: split, find owners, seal, send, wait until final.
///
/// Repeating a file is safe. A finished one is left alone; one that broke off goes on, because
/// record identifiers follow from the file and the institution's secret, so that the chain refuses
/// to hold a record twice. A bundle's manifest is written last: where it is, all of it is.
package struct ImportPipeline: Sendable {
    /// Documents of a file of lines that are sealed together.
    private static let windowCount = 1024

    private let account: AccountID
    private let registrySecret: SecretBytes
    private let store: AgentStore
    private let enroller: ResidentEnroller
    private let writer: RecordWriter
    private let options: ImportOptions

    /// A pipeline for the institution whose store it is.
    ///
    /// The suite is the zone's cipher. The pool seals; the caller's thread works too.
    package init(
        store: AgentStore, port: any LedgerPort, chain: Hash256, suite: CipherSuite,
        options: ImportOptions, pool: WorkerPool, random: any RandomSource
    ) throws(ImportFailure) {
        let parts = try InstitutionParts(
            store: store, port: port, chain: chain, suite: suite, options: options, pool: pool,
            random: random)
        (account, registrySecret) = (parts.account, parts.registrySecret)
        (self.store, self.options) = (store, options)
        (enroller, writer) = (parts.enroller, parts.writer)
    }

    /// Imports one file; everything of it is final on the chain when this returns.
    ///
    /// The name's ending tells the form. Time is the journal's only; it decides nothing.
    package func run(
        _ bytes: [UInt8], name: String, time: Timestamp,
        progress: (ImportProgress) -> Void = { _ in }
    ) throws(ImportFailure) -> ImportReport {
        let source = try ImportSource(bytes, name: name)
        // The same bytes from another system are about other patients.
        let file = keyed(
            "kanglian/import/1",
            HashSuite.sha256.hash(source.digestInput).bytes + Array(options.source.utf8))
        if let summary = store.reading({ $0.finishedImports[file] }) {
            return ImportReport(
                summary: summary, wasImportedBefore: true, enrolled: 0, owners: [],
                alreadyWritten: Int(clamping: summary.recordCount), progress: ImportProgress())
        }
        // The whole file is checked before anything of it is written.
        let names = PatientNames(source: options.source, secret: registrySecret)
        var roster = PatientRoster()
        var state = ImportProgress()
        var plans: [ImportPlan] = []
        var first: ImportUnit?
        for index in 0..<source.count {
            let unit = try source.unit(index, archives: options.archives)
            plans.append(
                try ImportPlan(
                    unit, names: names, archives: options.archives, roster: &roster))
            state.knownRecords += unit.entries.count + (unit.kind == .resource ? 0 : 1)
            if index == 0 { first = unit }
        }
        try remember([.importBegun(file: file, time: time)])
        let (pseudonyms, enrolled) = try enroller.resolve(roster)
        func account(_ owner: ImportPlan.Owner) -> AccountID {
            switch owner {
            case .institution: self.account
            case .patient(let index): pseudonyms[index]
            }
        }
        var manifests: [ImportSummary.Manifest] = []
        var owners: [AccountID] = []
        var seenOwners: Set<AccountID> = []
        var alreadyWritten = 0
        for start in stride(from: 0, to: source.count, by: Self.windowCount) {
            var resources: [WriteJob] = []
            var documents: [WriteJob] = []
            for index in start..<min(source.count, start + Self.windowCount) {
                let unit: ImportUnit
                if index == 0, let kept = first {
                    (unit, first) = (kept, nil)
                } else {
                    unit = try source.unit(index, archives: options.archives)
                }
                let jobs = try Jobs(
                    unit, plans[index], accounts: account,
                    record: { recordID(file, document: index, entry: $0) })
                resources += jobs.resources
                if let manifest = jobs.manifest {
                    documents.append(manifest)
                    manifests.append(.init(owner: manifest.owner, record: manifest.record))
                }
            }
            for job in resources where seenOwners.insert(job.owner).inserted {
                owners.append(job.owner)
            }
            for jobs in [resources, documents] {
                alreadyWritten += try writer.write(jobs) { job, _ in
                    state.records += 1
                    state.bytes += job.payload.content.count
                    progress(state)
                }
            }
        }
        let summary = ImportSummary(
            file: file, recordCount: UInt64(state.records), manifests: manifests, time: time)
        try remember([.importFinished(summary)])
        return ImportReport(
            summary: summary, wasImportedBefore: false, enrolled: enrolled, owners: owners,
            alreadyWritten: alreadyWritten, progress: state)
    }

    private func remember(_ entries: [JournalEntry]) throws(ImportFailure) {
        do throws(AgentStoreError) { try store.remember(entries) } catch { throw .store(error) }
    }

    /// 256 bits that nobody else can predict, and that are the same when the file comes again.
    private func recordID(_ file: Hash256, document: Int, entry: Int?) -> Hash256 {
        keyed(
            "kanglian/record/1",
            file.bytes + UInt64(document).bigEndianBytes
                + (entry.map { UInt64($0) } ?? .max).bigEndianBytes)
    }

    private func keyed(_ label: String, _ bytes: [UInt8]) -> Hash256 {
        HashSuite.sha256.authenticationCode(
            key: registrySecret, Array(label.utf8) + [0] + bytes)
    }
}

/// The records that one document becomes.
private struct Jobs {
    private(set) var resources: [WriteJob] = []
    private(set) var manifest: WriteJob?

    init(
        _ unit: ImportUnit, _ plan: ImportPlan, accounts: (ImportPlan.Owner) -> AccountID,
        record: (Int?) -> Hash256
    ) throws(ImportFailure) {
        let isBundle = unit.kind != .resource
        for (index, entry) in unit.entries.enumerated() {
            let content = unit.resourceBytes(entry)
            guard content.count <= RecordPayload.contentLimit else {
                throw .oversized(entry: isBundle ? index : nil)
            }
            resources.append(
                WriteJob(
                    owner: accounts(plan.owners[index]), domain: entry.domain,
                    record: record(index),
                    payload: RecordPayload(
                        kind: .resource, content: content, links: Self.links(entry, record)),
                    entry: isBundle ? index : nil))
        }
        guard let planned = plan.manifest else { return }
        let content = BundleManifest(
            document: unit.manifest, records: unit.entries.indices.map { record($0) }
        ).encoded
        guard content.count <= RecordPayload.contentLimit else { throw .oversized(entry: nil) }
        manifest = WriteJob(
            owner: accounts(planned.owner), domain: planned.domain, record: record(nil),
            payload: RecordPayload(kind: .manifest, content: content), entry: nil)
    }

    /// References to other entries, each text once, in the order of the resource.
    private static func links(_ entry: ImportEntry, _ record: (Int?) -> Hash256) -> [RecordLink] {
        var seen: Set<String> = []
        var links: [RecordLink] = []
        for reference in entry.references {
            guard case .entry(let target) = reference.target,
                reference.text.utf8.count <= RecordPayload.referenceLimit,
                links.count < RecordPayload.linkLimit, seen.insert(reference.text).inserted
            else { continue }
            links.append(RecordLink(reference: reference.text, record: record(target)))
        }
        return links
    }
}
