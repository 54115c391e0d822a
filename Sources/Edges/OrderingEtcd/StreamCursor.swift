import Ordering

/// How far a stream has been delivered, and what to do with each record that the store shows.
///
/// Pure and bounded: the store may show records in any order, again, changed, or not at all.
struct StreamCursor: Sendable {
    /// A record to deliver.
    struct Due: Hashable, Sendable {
        let sequence: UInt64
        let record: [UInt8]
    }

    /// Records that came early and are kept; those beyond are asked for again.
    private static let heldCountMax = 256
    private static let heldByteCountMax = 8 << 20

    /// Delivered records whose digest is remembered, so that they are not delivered twice.
    private static let recentCountMax = 1_024

    let stream: UInt64

    /// The sequence to deliver next; nil behind the last one that there can be.
    private(set) var next: UInt64?

    private var held: [UInt64: [UInt8]] = [:]
    private var heldByteCount = 0
    private var lowestDropped: UInt64?
    private var digests: [UInt64: Int] = [:]
    private var recent: [UInt64] = []

    init(stream: UInt64, from sequence: UInt64) { (self.stream, next) = (stream, sequence) }

    /// Takes what the store holds at a sequence, and returns what is due by that, in order.
    mutating func take(_ sequence: UInt64, _ record: [UInt8]) -> [Due] {
        guard let next, sequence >= next else {
            guard digests[sequence] != Self.digest(record) else { return [] }
            return [pass(sequence, record)]
        }
        guard sequence == next else {
            hold(sequence, record)
            return []
        }
        var due = [pass(sequence, record)]
        advance()
        while let sequence = self.next, let record = held.removeValue(forKey: sequence) {
            heldByteCount -= record.count
            due.append(pass(sequence, record))
            advance()
        }
        return due
    }

    /// Whether a record that came early could not be kept, and is due now: look there again.
    var lacksDropped: Bool {
        guard let next, let lowestDropped else { return false }
        return next >= lowestDropped
    }

    /// Notes that the store is being looked at again.
    mutating func look() { lowestDropped = nil }

    /// Where to look when following goes on: at the last record that was delivered, if there is
    /// one, as it tells whether the store is still the one that it was.
    var resumption: UInt64? {
        guard let next, next > 0, digests[next - 1] != nil else { return next }
        return next - 1
    }

    /// Whether the store holds something else than what was delivered at a sequence.
    func contradicts(_ sequence: UInt64, _ record: [UInt8]) -> Bool {
        digests[sequence].map { $0 != Self.digest(record) } ?? false
    }

    /// Where to look again when the store is not the one that it was.
    var rewindStart: UInt64 { recent.min() ?? next ?? .max }

    private mutating func advance() { next = next.flatMap { $0 == .max ? nil : $0 + 1 } }

    private mutating func hold(_ sequence: UInt64, _ record: [UInt8]) {
        heldByteCount -= held[sequence]?.count ?? 0
        held[sequence] = nil
        guard held.count < Self.heldCountMax,
            heldByteCount + record.count <= Self.heldByteCountMax
        else {
            lowestDropped = min(lowestDropped ?? sequence, sequence)
            return
        }
        held[sequence] = record
        heldByteCount += record.count
    }

    private mutating func pass(_ sequence: UInt64, _ record: [UInt8]) -> Due {
        if digests.updateValue(Self.digest(record), forKey: sequence) == nil {
            recent.append(sequence)
            if recent.count > Self.recentCountMax { digests[recent.removeFirst()] = nil }
        }
        return Due(sequence: sequence, record: record)
    }

    /// Keyed anew in each process, so that nobody can make two records look the same.
    private static func digest(_ record: [UInt8]) -> Int {
        var hasher = Hasher()
        record.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
