/// What happens to one honest validator in one transition, packed into 64 bits so that outcomes
/// can be looked up by it.
struct Step: Hashable {
    enum Kind: UInt64 {
        case begin
        /// The engine gives one of its two batches.
        case candidate
        case expired
        /// PREPAREs of a quorum for one proposal in one view arrive.
        case prepares
        /// COMMITs of a quorum arrive, with the PREPAREs when `helpers` names their senders.
        case commits
        /// TIMEOUTs of several validators arrive.
        case timeouts
        case lead
        /// The execution of a block ends.
        case executed
        /// The process dies and starts again from its record.
        case crash

        /// Nothing that waits for this one can be told apart from its happening later: it happens
        /// only when it makes the validator sign or decide at once.
        var mayWait: Bool { self == .executed }
    }

    private(set) var bits: UInt64

    init(_ kind: Kind) { bits = kind.rawValue }

    init(bits: UInt64) { self.bits = bits }

    var kind: Kind { Kind(rawValue: bits & 15) ?? .begin }
    /// After how many ballots of this step the process dies; 0 when it goes on.
    var stop: Int {
        get { field(4, 3) }
        set { set(newValue, 4, 3) }
    }
    var view: Int {
        get { field(7, 3) }
        set { set(newValue, 7, 3) }
    }
    var proposal: Int {
        get { field(10, 3) }
        set { set(newValue, 10, 3) }
    }
    /// Bits of the voters.
    var voters: Int {
        get { field(13, 4) }
        set { set(newValue, 13, 4) }
    }
    /// Bits of the voters whose PREPAREs come along.
    var helpers: Int {
        get { field(17, 4) }
        set { set(newValue, 17, 4) }
    }
    /// The proposal that `helpers` prepared in `helperView`.
    var helped: Int {
        get { field(51, 3) }
        set { set(newValue, 51, 3) }
    }
    var helperView: Int {
        get { field(54, 3) }
        set { set(newValue, 54, 3) }
    }
    /// What justifies a leader's proposal.
    var mark: Mark {
        get { Mark(code: UInt8(field(21, 5))) }
        set { set(Int(newValue.code), 21, 5) }
    }

    /// Up to three TIMEOUTs.
    func timeout(_ place: Int) -> TimeoutName? {
        let name = TimeoutName(bits: UInt16(field(21 + 10 * UInt64(place), 10)))
        return name.target == 0 ? nil : name
    }

    mutating func setTimeout(_ place: Int, _ name: TimeoutName) {
        set(Int(name.bits), 21 + 10 * UInt64(place), 10)
    }

    private func field(_ offset: UInt64, _ width: UInt64) -> Int {
        Int(bits >> offset & (1 << width - 1))
    }

    private mutating func set(_ value: Int, _ offset: UInt64, _ width: UInt64) {
        bits &= ~((1 << width - 1) << offset)
        bits |= UInt64(value) << offset
    }
}

/// A prepared block by small numbers, or none: at most six proposals and four views.
struct Mark: Hashable {
    let code: UInt8

    static let none = Mark(code: 0)

    init(code: UInt8) { self.code = code }

    init(view: Int, proposal: Int) { code = UInt8(1 + view * 6 + proposal) }

    var isNone: Bool { code == 0 }
    /// -1 for none, which is below every view.
    var view: Int { isNone ? -1 : Int(code - 1) / 6 }
    var proposal: Int { isNone ? 0 : Int(code - 1) % 6 }
}

/// A TIMEOUT by small numbers.
struct TimeoutName: Hashable {
    let bits: UInt16

    init(bits: UInt16) { self.bits = bits }

    init(voter: Int, target: Int, mark: Mark) {
        bits = UInt16(voter) | UInt16(target) << 2 | UInt16(mark.code) << 5
    }

    var voter: Int { Int(bits & 3) }
    var target: Int { Int(bits >> 2 & 7) }
    var mark: Mark { Mark(code: UInt8(bits >> 5)) }
}
