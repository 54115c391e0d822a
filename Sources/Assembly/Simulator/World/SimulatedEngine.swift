import Finality

/// The ordering engine of a simulated zone, which may do anything but sign for a validator.
struct SimulatedEngine {
    /// How often, in a thousand, the engine does wrong.
    struct Vices {
        /// Takes a second record for a position and shows some nodes the one, some the other.
        var equivocates: UInt64 = 0
        /// Answers something else than what it did.
        var lies: UInt64 = 0
        /// Shows bytes that are no batch.
        var garbles: UInt64 = 0
        /// Shows a record again later.
        var repeats: UInt64 = 0
        /// Never shows a record to a node.
        var hides: UInt64 = 0
    }

    struct Stream {
        var records: [UInt64: [SignedBatch]] = [:]
        var last: UInt64 = 0
    }

    var vices = Vices()
    var isUp = true
    /// Takes records and shows none.
    var isStalled = false
    /// Which nodes see which record of an equivocated position.
    var salt = 0
    private(set) var streams: [UInt64: Stream] = [:]
    private var old: [UInt64: Stream] = [:]

    /// What a node is shown at a position.
    func record(_ stream: UInt64, _ sequence: UInt64, for machine: Int) -> SignedBatch? {
        guard let variants = streams[stream]?.records[sequence], !variants.isEmpty else {
            return nil
        }
        return variants[(machine + salt) % variants.count]
    }

    func last(_ stream: UInt64) -> UInt64 { streams[stream]?.last ?? 0 }

    /// Puts a record at its position if nothing is there, or beside what is there.
    mutating func create(_ batch: SignedBatch, beside: Bool) -> AppendResult {
        var stream = streams[batch.stream] ?? Stream()
        let known = stream.records[batch.sequence] ?? []
        if known.contains(batch) { return .created }
        guard known.isEmpty || beside else { return .taken }
        stream.records[batch.sequence] = known + [batch]
        stream.last = max(stream.last, batch.sequence)
        streams[batch.stream] = stream
        return .created
    }

    mutating func forget(_ stream: UInt64, through last: UInt64) {
        guard let found = streams[stream] else { return }
        for sequence in found.records.keys where sequence <= last {
            streams[stream]?.records[sequence] = nil
        }
    }

    /// Loses the newest records of every stream.
    mutating func loseTail(_ count: UInt64) {
        for number in streams.keys {
            guard var stream = streams[number] else { continue }
            for _ in 0..<min(count, stream.last) {
                stream.records[stream.last] = nil
                stream.last -= 1
            }
            streams[number] = stream
        }
    }

    mutating func keepCopy() { old = streams }

    /// Goes back to the copy that was kept.
    mutating func rewind() { streams = old }
}
