import Base
import Ledger
import Synchronization

/// Counts the blocks that may have changed a decision: who is a member, and what is consented.
final class ConsentWatch: BlockObserver {
    /// Tables on which decisions rest, as their keys begin.
    private static let tables = [Array("consent/grants".utf8), Array("membership/".utf8)]

    private let count: Atomic<UInt64>

    /// Begins behind all marks of earlier runs: a run makes fewer blocks than milliseconds pass.
    init(startedAt time: Timestamp) { count = Atomic(time.milliseconds) }

    /// Another number than before when a decision may be another.
    var mark: UInt64 { count.load(ordering: .acquiring) }

    func committed(_ block: ExecutedBlock) {
        let isTouched = block.changes.contains { change in
            Self.tables.contains { change.key.starts(with: $0) }
        }
        if isTouched { count.add(1, ordering: .releasing) }
    }
}

extension Node {
    /// A number that is another one after each block that may change a consent decision.
    package var rightsMark: UInt64 { rights.mark }
}
