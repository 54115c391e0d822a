package import Base
package import Cryptography
package import Ledger

/// What a journal's entries add up to.
package struct AgentState: Sendable {
    /// A patient whom the institution knows.
    package struct Patient: Hashable, Sendable {
        package let pseudonym: AccountID
        /// True when the institution keeps the resident's root seed.
        package let isHosted: Bool

        package init(pseudonym: AccountID, isHosted: Bool) {
            (self.pseudonym, self.isHosted) = (pseudonym, isHosted)
        }
    }

    /// Root seeds of the wallets that the institution hosts, by pseudonym.
    package private(set) var wallets: [AccountID: SecretBytes] = [:]
    /// Patients by the keyed digests of their identifiers.
    package private(set) var patients: [Hash256: Patient] = [:]
    /// Pseudonyms that are known by an identifier, and not by a resource id alone.
    package private(set) var identified: Set<AccountID> = []
    /// Files whose import began, by their keyed digest.
    package private(set) var begunImports: [Hash256: Timestamp] = [:]
    /// Files whose import is complete, by their keyed digest.
    package private(set) var finishedImports: [Hash256: ImportSummary] = [:]
    /// Keys that access codes gave.
    package private(set) var epochSeeds: [EpochKeyName: SecretBytes] = [:]
    /// Reading keys that institutions shared.
    package private(set) var sharedReadingKeys: [AccountID: SecretBytes] = [:]

    package init() {}

    /// Takes one more entry into account; later entries win.
    package mutating func apply(_ entry: JournalEntry) {
        switch entry {
        case .hostedWallet(let root, let pseudonym): wallets[pseudonym] = root
        case .patient(let key, let pseudonym, let isHosted):
            patients[key.digest] = Patient(pseudonym: pseudonym, isHosted: isHosted)
            if key.kind == .identifier { identified.insert(pseudonym) }
        case .importBegun(let file, let time): begunImports[file] = time
        case .importFinished(let summary): finishedImports[summary.file] = summary
        case .epochSeed(let name, let seed): epochSeeds[name] = seed
        case .sharedReadingKey(let account, let seed): sharedReadingKeys[account] = seed
        }
    }
}
