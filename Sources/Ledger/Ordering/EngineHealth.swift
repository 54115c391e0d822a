/// What an engine knows about itself, for operators and for the choice to go on without it.
package struct EngineHealth: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Nothing has been heard of the engine yet.
        case starting
        case working
        /// No endpoint answers, or there is no quorum.
        case unavailable(String)
        /// The engine does not let us in.
        case denied(String)
        /// Records are followed, but no more are taken.
        case full
        case closed
    }

    /// What the engine itself raised; it stays until an operator clears it.
    package enum Alarm: String, Hashable, Sendable, CaseIterable {
        /// The quota is used up.
        case noSpace
        /// Members do not agree on what they store.
        case corrupt
    }

    /// A hole that the followed stream does not get past: nothing of it is delivered until it fills
    /// or the follow is replaced by one that starts behind it.
    package struct Gap: Hashable, Sendable {
        /// The sequence that is missing.
        package let missing: UInt64
        /// The lowest sequence above it that the engine holds.
        package let present: UInt64

        package init(missing: UInt64, present: UInt64) {
            (self.missing, self.present) = (missing, present)
        }
    }

    package var state: State = .starting
    /// The endpoint in use, as it was configured; nil for an engine in this process.
    package var endpoint: String?
    /// Whether the engine's members have a leader, as far as is known.
    package var hasLeader = false
    /// Bytes that the engine's store takes up.
    package var storedByteCount: UInt64 = 0
    /// Bytes at which the engine stops taking records; zero if there is no bound.
    package var quotaByteCount: UInt64 = 0
    /// In the order of ``Alarm``'s cases.
    package var alarms: [Alarm] = []
    package var gap: Gap?
    /// The last failure, kept after the engine works again.
    package var lastError: OrderingError?
    package var counters = EngineCounters()

    package init() {}

    /// Whether two are the same but for sizes and counters, which change all the time.
    package func isAlike(_ other: EngineHealth) -> Bool {
        state == other.state && endpoint == other.endpoint && hasLeader == other.hasLeader
            && alarms == other.alarms && gap == other.gap && lastError == other.lastError
    }
}

/// What an engine did since it was made; every number but the lag only rises.
package struct EngineCounters: Hashable, Sendable {
    /// Records that were stored by us.
    package var createdCount: UInt64 = 0
    /// Appends that found their position taken.
    package var takenCount: UInt64 = 0
    package var failedCount: UInt64 = 0
    /// Bytes of the records that were stored by us.
    package var createdByteCount: UInt64 = 0
    package var deliveredCount: UInt64 = 0
    package var deliveredByteCount: UInt64 = 0
    /// Times that following had to start again, for whatever reason.
    package var reconnectCount: UInt64 = 0
    /// Things in the store that are not ours, or that are malformed; they were passed over.
    package var strangeCount: UInt64 = 0
    /// Times that released records were deleted from the store.
    package var releaseCount: UInt64 = 0
    /// Records that the store held behind the last one delivered, when last looked.
    package var followLag: UInt64 = 0
    /// How long appends took that got an answer.
    package var latency = AppendLatency()

    package init() {}

    /// Counts what became of a record of so many bytes.
    package mutating func count(_ result: Result<AppendOutcome, OrderingError>, byteCount: Int) {
        switch result {
        case .success(.created):
            createdCount += 1
            createdByteCount += UInt64(byteCount)
        case .success(.taken): takenCount += 1
        case .failure: failedCount += 1
        }
    }
}

/// How many appends took how long, in buckets as Prometheus counts them.
package struct AppendLatency: Hashable, Sendable {
    /// Upper bounds of the buckets in milliseconds; one more bucket takes what is above.
    package static let bounds: [UInt64] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000]

    /// For each bound, and for what is above, how many fell there and not below.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    package private(set) var nanosecondSum: UInt64 = 0

    package init() {}

    package mutating func add(nanoseconds: UInt64) {
        let bucket = Self.bounds.firstIndex { nanoseconds <= $0 * 1_000_000 }
        counts[bucket ?? Self.bounds.count] += 1
        nanosecondSum &+= nanoseconds
    }

    /// How many were added.
    package var count: UInt64 { counts.reduce(0, +) }
}
