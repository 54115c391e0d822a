import Finality

/// Kinds of messages, as scenarios name them.
enum MessageKind: String, Hashable, Sendable, CaseIterable {
    case prepare, commit, timeout, lead, heartbeat, body, blocks, transactions, proposal
    case request

    init(_ message: FinalityMessage) {
        switch message {
        case .prepare: self = .prepare
        case .commit: self = .commit
        case .timeout: self = .timeout
        case .lead: self = .lead
        case .heartbeat: self = .heartbeat
        case .body, .blob: self = .body
        case .blocks: self = .blocks
        case .transactions: self = .transactions
        case .proposal: self = .proposal
        case .bodyRequest, .blocksRequest, .proposalRequest, .blobRequest: self = .request
        }
    }
}
