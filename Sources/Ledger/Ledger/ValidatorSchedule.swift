import Base
import Storage

/// When a decided change of the validator set takes effect.
package enum ValidatorSchedule {
    /// Heights between two ends at which the set may change.
    ///
    /// Small, so that an idle zone need not wait for days; what makes a change safe is that the
    /// new set is ready, not that it waited. Part of the protocol.
    package static let spanLength: UInt64 = 16
    /// Heights for which a decided change waits for its new set to be ready.
    ///
    /// Part of the protocol.
    package static let patience: UInt64 = 1024

    /// What becomes of a change at the end of a block.
    package enum Verdict: Hashable, Sendable {
        /// It goes on waiting.
        case waits
        /// Its set certifies the next block.
        case takesOver
        /// It is forgotten: nobody was ready in time, or it breaks the rules.
        case lapses
    }

    /// True for the heights after which a scheduled change takes effect.
    package static func isEnd(_ height: UInt64) -> Bool { height % spanLength == 0 }

    /// The first such height at or after `height`; the highest number where there is none.
    package static func end(from height: UInt64) -> UInt64 {
        let remainder = height % spanLength
        guard remainder != 0 else { return height }
        let (end, isOver) = height.addingReportingOverflow(spanLength - remainder)
        return isOver ? .max : end
    }

    /// What becomes of `change` at the end of the block at `height`, certified by `current`.
    package static func verdict(
        on change: ValidatorChange, replacing current: ValidatorSet, endOf height: UInt64
    ) -> Verdict {
        // The rules were asked when the change was decided; the ledger does not take it on trust.
        if ValidatorRules.error(from: current, to: change.validators) != nil { return .lapses }
        if change.isReady(replacing: current) {
            return change.kind == .emergency || isEnd(height) ? .takesOver : .waits
        }
        return lapseHeight(of: change) <= height ? .lapses : .waits
    }

    /// The height at whose end a change that is not ready is forgotten.
    package static func lapseHeight(of change: ValidatorChange) -> UInt64 {
        let (height, isOver) = change.agreed.addingReportingOverflow(patience)
        return isOver ? .max : height
    }

    /// Ends a block: lets a change that is due take over, and writes the rows that say so.
    ///
    /// - Parameters:
    ///   - current: the set that certifies this block, and its epoch.
    /// - Returns: the set that certifies the next block.
    static func endBlock(
        at height: UInt64, epoch: UInt64, current: ValidatorSet, state: StateOverlay
    ) throws(StorageError) -> ValidatorSet {
        let change = try ValidatorTable.change { (key) throws(StorageError) in
            try state.value(for: key)
        }
        guard let change else { return current }
        switch verdict(on: change, replacing: current, endOf: height) {
        case .waits: return current
        case .lapses:
            ValidatorTable.setChange(nil, in: state)
            return current
        case .takesOver:
            ValidatorTable.setChange(nil, in: state)
            let next = ValidatorEpoch(
                epoch: epoch &+ 1, first: height &+ 1, proposal: change.proposal,
                validators: change.validators)
            ValidatorTable.begin(next, in: state)
            return change.validators
        }
    }
}
