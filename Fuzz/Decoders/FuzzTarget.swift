import Synchronization

/// One decoder with inputs to start from and a property that must hold for every input.
struct FuzzTarget: Sendable {
    let name: String
    let seeds: [[UInt8]]

    /// Whether an input is accepted; traps when a property of accepted inputs is broken.
    let check: @Sendable ([UInt8]) -> Bool

    static let all: [FuzzTarget] = [
        .cbor, .json, .canonical, .transaction, .receipt, .trust, .handoff, .bundle, .http,
        .finality, .batch, .votes, .participant, .link,
        .snapshot, .chunk, .storedBlock, .fhirpath, .xml, .search, .validation, .patch,
    ]

    /// The target of this run, set before the first input.
    static let chosen = Chosen()

    /// A value that is set once; libFuzzer's callback cannot carry one.
    final class Chosen: Sendable {
        private let target = Mutex<FuzzTarget?>(nil)

        var value: FuzzTarget? { target.withLock { $0 } }

        func initialize(_ value: FuzzTarget) { target.withLock { $0 = value } }
    }
}
