package import Ledger
package import Membership

/// How an institution imports.
package struct ImportOptions: Sendable {
    /// Tells apart the resource ids of different systems; empty for the institution's own.
    package var source = ""
    /// Makes and keeps wallets for patients who are not known yet.
    package var enrolsHosted = false
    /// Keeps what cannot be taken apart as one resource, and what names no patient as the
    /// institution's own: for archives and conformance suites, not for the care of a patient.
    package var archives = false
    /// How well the institution knows the patients whom it enrols.
    package var assurance = IdentityAssurance.declared
    /// Records that are sealed and sent at a time, at most 256.
    package var batchCount = 256
    /// Writes of one owner that succeed or fail together, at most 64.
    package var callsPerTransaction = 16

    package init() {}
}

/// How far an import is.
package struct ImportProgress: Hashable, Sendable {
    /// Records that are final on the chain.
    package var records = 0
    /// Bytes of those resources.
    package var bytes = 0
    /// Records in all, as far as the file has been read.
    package var knownRecords = 0

    package init() {}
}

/// What an import did.
package struct ImportReport: Hashable, Sendable {
    package let summary: ImportSummary
    /// True when the file had been imported before and nothing was done.
    package let wasImportedBefore: Bool
    /// Residents enrolled with hosted wallets.
    package let enrolled: Int
    /// Owners to whom records were written.
    package let owners: [AccountID]
    /// Records that an interrupted run of the same file had written already.
    package let alreadyWritten: Int
    package let progress: ImportProgress

    package init(
        summary: ImportSummary, wasImportedBefore: Bool, enrolled: Int, owners: [AccountID],
        alreadyWritten: Int, progress: ImportProgress
    ) {
        (self.summary, self.wasImportedBefore) = (summary, wasImportedBefore)
        (self.enrolled, self.owners) = (enrolled, owners)
        (self.alreadyWritten, self.progress) = (alreadyWritten, progress)
    }
}
