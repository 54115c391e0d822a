import Base
import Encoding
package import Storage

/// The ledger's own table of validator sets, in which the governance module leaves decided changes.
///
/// | key | row |
/// |---|---|
/// | 0 | the current ``ValidatorEpoch``; none during epoch 0 |
/// | 1 | the ``ValidatorChange`` that waits, if there is one |
/// | 2, epoch (8 bytes, big-endian) | the ``ValidatorEpoch`` of every epoch after 0 |
package enum ValidatorTable {
    private static let prefix = StateKeys.prefix(table: "ledger/validators")

    /// The state key of the current set.
    package static let currentKey: [UInt8] = prefix + [0]
    /// The state key of the change that waits.
    package static let changeKey: [UInt8] = prefix + [1]

    /// The state key of one epoch's set.
    package static func epochKey(_ epoch: UInt64) -> [UInt8] {
        prefix + [2] + withUnsafeBytes(of: epoch.bigEndian) { Array($0) }
    }

    /// The current epoch in this state.
    package static func current(
        _ genesis: Genesis, in state: any StateReader
    ) throws(StorageError) -> ValidatorEpoch {
        guard let bytes = try state.value(for: currentKey) else {
            return ValidatorEpoch(genesis: genesis)
        }
        return try decode(bytes, "the current validators")
    }

    /// One epoch up to the current one; nil beyond.
    package static func epoch(
        _ epoch: UInt64, _ genesis: Genesis, in state: any StateReader
    ) throws(StorageError) -> ValidatorEpoch? {
        if epoch == 0 { return ValidatorEpoch(genesis: genesis) }
        guard let bytes = try state.value(for: epochKey(epoch)) else { return nil }
        return try decode(bytes, "the validators of epoch \(epoch)")
    }

    /// The change that waits in this state.
    package static func change(
        value: ([UInt8]) throws(StorageError) -> [UInt8]?
    ) throws(StorageError) -> ValidatorChange? {
        guard let bytes = try value(changeKey) else { return nil }
        guard let change = try? ValidatorChange(decoding: bytes) else {
            throw .corrupt("the change of validators that waits")
        }
        return change
    }

    /// Replaces the change that waits.
    package static func setChange(_ change: ValidatorChange?, in state: StateOverlay) {
        if let change {
            state.put(changeKey, change.encoded)
        } else {
            state.delete(changeKey)
        }
    }

    static func begin(_ epoch: ValidatorEpoch, in state: StateOverlay) {
        state.put(currentKey, epoch.encoded)
        state.put(epochKey(epoch.epoch), epoch.encoded)
    }

    private static func decode(
        _ bytes: [UInt8], _ what: String
    ) throws(StorageError) -> ValidatorEpoch {
        guard let row = try? ValidatorEpoch(decoding: bytes) else { throw .corrupt(what) }
        return row
    }
}
