/// Why an acceptor will not have a link, told so that the dialler can log it and wait long enough.
///
/// One byte, sent before anything was proved: the dialler believes it for the length of its waiting
/// only.
package enum LinkRefusal: UInt8, CaseIterable, Hashable, Sendable {
    case chain = 1
    case version = 2
    case key = 3
    case duplicate = 4

    /// What the dialler notes.
    var fault: LinkFault {
        switch self {
        case .chain: .refusedChain
        case .version: .refusedVersion
        case .key: .refusedKey
        case .duplicate: .refusedDuplicate
        }
    }

    /// What the acceptor tells the dialler of its own fault; nil when it tells nothing.
    init?(_ fault: LinkFault) {
        switch fault {
        case .otherChain: self = .chain
        case .noCommonVersion: self = .version
        case .notAdmitted, .ownKey: self = .key
        case .duplicate: self = .duplicate
        default: return nil
        }
    }
}
