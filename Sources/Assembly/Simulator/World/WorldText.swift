import Base
import Finality
import Ledger

/// Messages in a line, for traces.
enum WorldText {
    static func describe(_ message: FinalityMessage) -> String {
        switch message {
        case .prepare(let vote, let proposal):
            "PREPARE \(place(vote.height, vote.view)) \(short(vote.digest)) from "
                + "\(proposal.isFromEngine ? "engine" : "leader")"
        case .commit(let vote): "COMMIT \(place(vote.height, vote.view)) \(short(vote.digest))"
        case .timeout(let timeout, _):
            "TIMEOUT \(place(timeout.height, timeout.target)) high "
                + (timeout.high.map { "\($0.view) \(short($0.proposal))" } ?? "none")
        case .lead(let lead):
            "LEAD \(place(lead.proposal.height, lead.view)) \(short(lead.proposal.digest))"
        case .heartbeat(let heartbeat): "heartbeat at \(heartbeat.height)"
        case .bodyRequest(let digest): "asks for body \(short(digest))"
        case .body(let body): "body \(short(body.digest)) of \(body.transactions.count)"
        case .blocksRequest(let first, _): "asks for blocks from \(first)"
        case .blocks(let blocks): "\(blocks.count) blocks"
        case .transactions(let transactions): "\(transactions.count) transactions"
        case .proposalRequest(let height, let digest):
            "asks for proposal \(short(digest)) of \(height)"
        case .proposal(let proposal): "proposal \(short(proposal.digest))"
        case .blobRequest(let digest): "asks for a sealed body \(short(digest))"
        case .blob(let bytes): "a sealed body of \(bytes.count) bytes"
        }
    }

    static func place(_ height: UInt64, _ view: UInt64) -> String { "\(height)/\(view)" }

    static func short(_ digest: Hash256) -> String { String(digest.description.prefix(8)) }
}
