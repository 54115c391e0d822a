import Finality
import Metrics
import Ordering

/// What an operator watches of a node among others, read when it is asked for.
enum ClusterMetrics {
    static func register(
        _ driver: FinalityDriver, alarms: AlarmBoard, in registry: MetricsRegistry
    ) {
        func gauge(
            _ name: String, _ help: String, _ read: @escaping @Sendable (ParticipantStatus) -> Int64
        ) {
            registry.gauge(name, help: help) { [weak driver] in
                driver?.currentStatus.map(read) ?? 0
            }
        }
        gauge("kanglian_epoch", "The epoch of the next block.") { Int64(clamping: $0.epoch) }
        gauge("kanglian_view", "The view of the height that is being decided.") {
            Int64(clamping: $0.view)
        }
        gauge("kanglian_voting", "1 while this node votes.") { $0.standing == .voting ? 1 : 0 }
        gauge("kanglian_fresh", "1 while nothing newer can be final elsewhere.") {
            $0.isFresh ? 1 : 0
        }
        gauge("kanglian_validators", "Validators of the current set.") {
            Int64($0.validators.count)
        }
        gauge("kanglian_validators_connected", "Other validators with a link.") { status in
            Int64(status.validators.count { $0.isConnected && !$0.isOwn })
        }
        gauge("kanglian_lag", "Heights by which this node is behind the highest heard of.") {
            Int64(clamping: $0.lag)
        }
        registry.gauge("kanglian_alarms", help: "Alarms that stand; see kanglian status.") {
            Int64(alarms.standing.count)
        }
        engine(driver, registry)
    }

    private static func engine(_ driver: FinalityDriver, _ registry: MetricsRegistry) {
        func read(
            _ value: @escaping @Sendable (EngineHealth) -> UInt64
        ) -> @Sendable () -> Int64 {
            { [weak driver] in Int64(clamping: driver?.engineHealth.map(value) ?? 0) }
        }
        registry.gauge(
            "kanglian_engine_up", help: "1 while the ordering engine works.",
            read: read { $0.state == .working ? 1 : 0 })
        registry.gauge(
            "kanglian_engine_stored_bytes", help: "Bytes of the engine's store.",
            read: read(\.storedByteCount))
        registry.gauge(
            "kanglian_engine_lag", help: "Records that the engine holds and this node has not.",
            read: read(\.counters.followLag))
        let appends = "kanglian_engine_appends_total"
        let help = "Records offered to the engine, by what became of them."
        registry.counter(
            appends, help: help, labels: ["outcome": "created"],
            read: read(\.counters.createdCount))
        registry.counter(
            appends, help: help, labels: ["outcome": "taken"], read: read(\.counters.takenCount))
        registry.counter(
            appends, help: help, labels: ["outcome": "failed"],
            read: read(\.counters.failedCount))
        registry.counter(
            "kanglian_engine_delivered_total", help: "Records that the engine delivered.",
            read: read(\.counters.deliveredCount))
        registry.counter(
            "kanglian_engine_reconnects_total", help: "Times that following began again.",
            read: read(\.counters.reconnectCount))
        registry.counter(
            "kanglian_engine_strange_total",
            help: "Things in the engine's store that are not ours.",
            read: read(\.counters.strangeCount))
    }
}

extension ParticipantStatus {
    /// Heights by which this node is behind the highest that it has heard of.
    package var lag: UInt64 {
        let highest = validators.compactMap(\.height).max() ?? height
        return highest > height ? highest - height : 0
    }
}
