/// A set of 128-bit values in one block of memory.
///
/// Open addressing, linear probing, at most three quarters full. Two different states share a value
/// with a probability below 10⁻¹⁹ for 10⁹ states.
struct VisitedSet {
    private var high: [UInt64]
    private var low: [UInt64]
    private(set) var count = 0

    init(capacity: Int = 1 << 16) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a power of two")
        high = Array(repeating: 0, count: capacity)
        low = high
    }

    /// - Returns: true when the value is new.
    mutating func insert(_ value: (UInt64, UInt64)) -> Bool {
        if count * 4 >= high.count * 3 { grow() }
        // All zero means an empty place.
        let value = value.0 | value.1 == 0 ? (1, 1) : value
        guard Self.place(value, &high, &low) else { return false }
        count += 1
        return true
    }

    private static func place(
        _ value: (UInt64, UInt64), _ high: inout [UInt64], _ low: inout [UInt64]
    ) -> Bool {
        let mask = high.count - 1
        var index = Int(truncatingIfNeeded: value.0) & mask
        while high[index] | low[index] != 0 {
            if high[index] == value.0, low[index] == value.1 { return false }
            index = (index + 1) & mask
        }
        (high[index], low[index]) = value
        return true
    }

    private mutating func grow() {
        var newHigh = [UInt64](repeating: 0, count: high.count * 2)
        var newLow = newHigh
        for index in high.indices where high[index] | low[index] != 0 {
            _ = Self.place((high[index], low[index]), &newHigh, &newLow)
        }
        (high, low) = (newHigh, newLow)
    }
}
