import Encoding

/// What one honest validator has sent for one height: it stays in the network for ever.
struct Sent: Hashable {
    struct Lead: Hashable {
        let view: Int
        let proposal: Int
        let mark: Mark
    }

    /// Bits of the proposals that it prepared, by view; more than one only when it is broken.
    private(set) var prepares = SIMD8<UInt8>()
    /// Bits of the proposals to whose headers it committed, by view.
    private(set) var commits = SIMD8<UInt8>()
    private(set) var timeouts: [TimeoutName] = []
    private(set) var leads: [Lead] = []
    /// The highest view that it asked to enter.
    private(set) var target = 0
    /// The highest view that it committed in; -1 for none.
    private(set) var committedView = -1

    mutating func addPrepare(_ view: Int, _ proposal: Int) {
        prepares[view] |= 1 << UInt8(proposal)
    }

    mutating func addCommit(_ view: Int, _ proposal: Int) {
        commits[view] |= 1 << UInt8(proposal)
        committedView = max(committedView, view)
    }

    mutating func add(_ timeout: TimeoutName) {
        if !timeouts.contains(timeout) { timeouts.append(timeout) }
        target = max(target, timeout.target)
    }

    mutating func add(_ lead: Lead) {
        if !leads.contains(lead) { leads.append(lead) }
    }

    func write(to writer: inout CBORWriter) {
        for view in 0..<8 { writer.bytes([prepares[view], commits[view]]) }
        writer.list(timeouts.map(\.withoutVoter.bits).sorted()) { $0.unsigned(UInt64($1)) }
        let leads = leads.map {
            UInt64($0.view) << 16 | UInt64($0.proposal) << 8 | UInt64($0.mark.code)
        }
        writer.list(leads.sorted()) { $0.unsigned($1) }
    }
}

extension CBORWriter {
    fileprivate mutating func bytes(_ pair: [UInt8]) { raw(pair) }
}

extension TimeoutName {
    /// The same for whichever voter.
    var withoutVoter: TimeoutName { TimeoutName(bits: bits & ~3) }
}
