import Synchronization

/// The chain's height for whoever signs: written by the producer, read by many.
final class HeightSource: Sendable {
    private let height = Atomic<UInt64>(0)

    var value: UInt64 { height.load(ordering: .acquiring) }

    func set(_ value: UInt64) { height.store(value, ordering: .releasing) }
}
