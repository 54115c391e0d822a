package import Base
package import Encoding
import Ledger

/// Everything that validators and followers say to each other about one chain.
///
/// Bytes: an array of a kind and the fields of that kind. Links carry them whole; what is inside is
/// checked by the receiver, field by field, before anything is believed.
package enum FinalityMessage: Hashable, Sendable {
    /// A PREPARE with the proposal that it names, so that nobody has to ask for it.
    case prepare(SignedVote, Proposal)
    case commit(SignedVote)
    /// A TIMEOUT with the proof of its mark.
    case timeout(SignedTimeout, PrepareProof?)
    case lead(LeaderProposal)
    case heartbeat(Heartbeat)
    /// Asks for a batch's body by digest.
    case bodyRequest(Hash256)
    case body(BatchBody)
    /// Asks for final blocks from a height on.
    case blocksRequest(from: UInt64, count: UInt64)
    /// Encoded blocks with consecutive heights.
    case blocks([[UInt8]])
    /// Transactions that should become final, whoever leads.
    case transactions([[UInt8]])
    /// Asks for the content of a proposal by digest.
    case proposalRequest(height: UInt64, Hash256)
    case proposal(Proposal)
    /// Asks for a sealed body of a record by its address in the vault.
    case blobRequest(Hash256)
    case blob([UInt8])

    /// The bytes on a link.
    package var encoded: [UInt8] {
        var writer = CBORWriter(reservingCapacity: 512)
        encode(to: &writer)
        return writer.bytes
    }

    private func encode(to writer: inout CBORWriter) {
        func begin(_ kind: UInt64, fields: Int) {
            writer.array(fields + 1)
            writer.unsigned(kind)
        }
        switch self {
        case .prepare(let vote, let proposal):
            begin(1, fields: 2)
            vote.encode(to: &writer)
            proposal.encode(to: &writer)
        case .commit(let vote):
            begin(2, fields: 1)
            vote.encode(to: &writer)
        case .timeout(let timeout, let proof):
            begin(3, fields: 2)
            timeout.encode(to: &writer)
            writer.optional(proof) { $1.encode(to: &$0) }
        case .lead(let lead):
            begin(4, fields: 1)
            lead.encode(to: &writer)
        case .heartbeat(let heartbeat):
            begin(5, fields: 1)
            heartbeat.encode(to: &writer)
        case .bodyRequest(let digest):
            begin(6, fields: 1)
            writer.hash(digest)
        case .body(let body):
            begin(7, fields: 1)
            body.encode(to: &writer)
        case .blocksRequest(let first, let count):
            begin(8, fields: 2)
            writer.unsigned(first)
            writer.unsigned(count)
        case .blocks(let blocks):
            begin(9, fields: 1)
            writer.list(blocks) { $0.byteString($1) }
        case .transactions(let transactions):
            begin(10, fields: 1)
            writer.list(transactions) { $0.byteString($1) }
        case .proposalRequest(let height, let digest):
            begin(11, fields: 2)
            writer.unsigned(height)
            writer.hash(digest)
        case .proposal(let proposal):
            begin(12, fields: 1)
            proposal.encode(to: &writer)
        case .blobRequest(let digest):
            begin(13, fields: 1)
            writer.hash(digest)
        case .blob(let bytes):
            begin(14, fields: 1)
            writer.byteString(bytes)
        }
    }

    /// Reads a message strictly.
    package init(decoding bytes: [UInt8]) throws(CBORError) {
        var reader = try CBORReader(bytes)
        let count = try reader.array(atMost: 3)
        let start = reader.offset
        let kind = try reader.unsigned()
        let fields: [UInt64: Int] = [
            1: 2, 2: 1, 3: 2, 4: 1, 5: 1, 6: 1, 7: 1, 8: 2, 9: 1, 10: 1, 11: 2, 12: 1,
            13: 1, 14: 1,
        ]
        guard fields[kind] == count - 1 else {
            throw .outOfRange(offset: start, field: "kind of message")
        }
        self = try Self.read(kind, from: &reader)
        try reader.finish()
    }

    private static func read(
        _ kind: UInt64, from reader: inout CBORReader
    ) throws(CBORError) -> FinalityMessage {
        switch kind {
        case 1: return .prepare(try SignedVote(from: &reader), try Proposal(from: &reader))
        case 2: return .commit(try SignedVote(from: &reader))
        case 3:
            let timeout = try SignedTimeout(from: &reader)
            return .timeout(
                timeout,
                try reader.optional { (reader) throws(CBORError) in
                    try PrepareProof(from: &reader)
                })
        case 4: return .lead(try LeaderProposal(from: &reader))
        case 5: return .heartbeat(try Heartbeat(from: &reader))
        case 6: return .bodyRequest(try reader.hash())
        case 7: return .body(try BatchBody(from: &reader))
        case 8: return .blocksRequest(from: try reader.unsigned(), count: try reader.unsigned())
        case 9:
            return .blocks(
                try reader.list(atMost: Int(FinalityLimits.blockRange)) {
                    (reader) throws(CBORError) in try reader.byteString()
                })
        case 10:
            return .transactions(
                try reader.list(atMost: FinalityLimits.forwardCount) {
                    (reader) throws(CBORError) in
                    try reader.byteString(atMost: LedgerLimits.transactionByteCount)
                })
        case 11: return .proposalRequest(height: try reader.unsigned(), try reader.hash())
        case 12: return .proposal(try Proposal(from: &reader))
        case 13: return .blobRequest(try reader.hash())
        default: return .blob(try reader.byteString())
        }
    }
}

/// "I am here, and my chain ends there": signed, so that clients may show how fresh an answer is.
///
/// | field | type | meaning |
/// |---|---|---|
/// | height | integer | the sender's last final height |
/// | head | 32 bytes | the digest of its header |
/// | time | integer | milliseconds since 1970, by the sender's clock |
/// | voter | null or integer | the sender's place in the set of the next height |
/// | echo | null or array | the newest vote and TIMEOUT of the receiver that the sender knows |
/// | signature | byte string | by the sender's key, checked where it is a validator's |
package struct Heartbeat: Hashable, Sendable, CBORCodable {
    package let height: UInt64
    package let head: Hash256
    package let time: Timestamp
    package let voter: Int?
    package let echo: Echo?
    package let signature: [UInt8]

    package init(
        height: UInt64, head: Hash256, time: Timestamp, voter: Int?, echo: Echo?,
        signature: [UInt8]
    ) {
        (self.height, self.head, self.time) = (height, head, time)
        (self.voter, self.echo, self.signature) = (voter, echo, signature)
    }

    /// What is signed: a label, then chain, height, head and time.
    package static func message(
        _ chain: Hash256, height: UInt64, head: Hash256, time: Timestamp
    ) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 128)
        writer.array(4)
        writer.hash(chain)
        writer.unsigned(height)
        writer.hash(head)
        writer.unsigned(time.milliseconds)
        return FinalityDomains.heartbeat + writer.bytes
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(6)
        writer.unsigned(height)
        writer.hash(head)
        writer.unsigned(time.milliseconds)
        writer.optional(voter) { $0.unsigned(UInt64($1)) }
        writer.optional(echo) { $1.encode(to: &$0) }
        writer.byteString(signature)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(6, "heartbeat")
        height = try reader.unsigned()
        head = try reader.hash()
        time = Timestamp(milliseconds: try reader.unsigned())
        voter = try reader.optional { (reader) throws(CBORError) in try reader.validatorIndex() }
        echo = try reader.optional { (reader) throws(CBORError) in try Echo(from: &reader) }
        signature = try reader.byteString(atMost: 128)
    }
}

/// A validator's own newest signatures, handed back: a restored disk may have forgotten them.
package struct Echo: Hashable, Sendable, CBORCodable {
    package let prepare: SignedVote?
    package let commit: SignedVote?
    package let timeout: SignedTimeout?

    package init(prepare: SignedVote?, commit: SignedVote?, timeout: SignedTimeout?) {
        (self.prepare, self.commit, self.timeout) = (prepare, commit, timeout)
    }

    package var isEmpty: Bool { prepare == nil && commit == nil && timeout == nil }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.optional(prepare) { $1.encode(to: &$0) }
        writer.optional(commit) { $1.encode(to: &$0) }
        writer.optional(timeout) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "echo")
        prepare = try reader.optional { (reader) throws(CBORError) in
            try SignedVote(from: &reader)
        }
        commit = try reader.optional { (reader) throws(CBORError) in
            try SignedVote(from: &reader)
        }
        timeout = try reader.optional { (reader) throws(CBORError) in
            try SignedTimeout(from: &reader)
        }
    }
}
