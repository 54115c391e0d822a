import Synchronization

/// Counts observations in fixed buckets; two atomic additions an observation.
package final class Histogram: Sendable {
    /// What an observed integer means, and how it is written.
    package enum Unit: Sendable {
        /// Observed in microseconds, written in seconds; the metric's name should end in
        /// `_seconds`.
        case microseconds

        /// Written as observed: bytes, transactions, entries.
        case count
    }

    /// Bounds for request and commit times, from 100 µs to 10 s.
    package static let durations: [UInt64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000,
    ]

    /// Bounds for sizes and batch lengths, powers of four from 1 to about 16 million.
    package static let sizes: [UInt64] = (0...12).map { 1 << (2 * $0) }

    private final class Cell: Sendable {
        let count = Atomic<UInt64>(0)
    }

    private let bounds: [UInt64]
    private let unit: Unit
    private let cells: [Cell]
    private let total = Atomic<UInt64>(0)

    init(bounds: [UInt64], unit: Unit) {
        self.bounds = bounds
        self.unit = unit
        cells = (0...bounds.count).map { _ in Cell() }
    }

    /// Counts one observation, in the histogram's unit.
    package func observe(_ value: UInt64) {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        cells[low].count.wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(value, ordering: .relaxed)
    }

    /// Counts a time, a negative one as zero; the unit must be microseconds.
    package func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000)
        let value = whole.partialValue &+ attoseconds / 1_000_000_000_000
        observe(whole.overflow ? UInt64(Int64.max) : UInt64(max(0, value)))
    }

    /// Appends this histogram's series; the count is the sum of the buckets, so they agree.
    func render(_ name: String, _ labels: MetricLabels, into text: inout String) {
        var count: UInt64 = 0
        for (index, cell) in cells.enumerated() {
            count &+= cell.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? written(bounds[index]) : "+Inf"
            text += "\(name)_bucket\(labels.text(adding: ("le", bound))) \(count)\n"
        }
        text += "\(name)_sum\(labels.text()) \(written(total.load(ordering: .relaxed)))\n"
        text += "\(name)_count\(labels.text()) \(count)\n"
    }

    private func written(_ value: UInt64) -> String {
        switch unit {
        case .count: return "\(value)"
        case .microseconds:
            let (seconds, fraction) = value.quotientAndRemainder(dividingBy: 1_000_000)
            if fraction == 0 { return "\(seconds)" }
            let digits = "\(fraction)"
            var decimals = String(repeating: "0", count: 6 - digits.count) + digits
            while decimals.last == "0" { decimals.removeLast() }
            return "\(seconds).\(decimals)"
        }
    }
}
