/// Whose keys a keystore holds.
package enum IdentityKind: UInt8, Hashable, Sendable, CaseIterable {
    /// The zone's regulator.
    case authority = 1
    /// A hospital, clinic, laboratory, pharmacy, insurer.
    case institution = 2
    /// A doctor, nurse, pharmacist, researcher.
    case practitioner = 3
    /// A person, whose accounts are pairwise pseudonyms made from one root seed.
    case resident = 4
    /// A node's validator: it signs headers and owns nothing.
    case validator = 5

    /// True where the keys include a root seed from which domain keys grow: the owners of records.
    package var ownsRecords: Bool { self == .institution || self == .resident }

    /// The word that commands and files use.
    package var name: String {
        switch self {
        case .authority: "authority"
        case .institution: "institution"
        case .practitioner: "practitioner"
        case .resident: "resident"
        case .validator: "validator"
        }
    }
}
