import Storage

/// Runs a load once for every numbered operation of a disk, with a fault at that operation.
struct FaultSweep: Sendable, CustomStringConvertible {
    let effect: DiskFault.Effect
    let operation: DiskFault.Operation

    var description: String { "\(effect) at every \(operation)" }

    /// Every combination that a disk can meet.
    static let all: [FaultSweep] = DiskFault.Effect.allCases.flatMap { effect in
        DiskFault.Operation.allCases.map { FaultSweep(effect: effect, operation: $0) }
    }

    /// Calls `body` with a fresh disk for each fault and seed; returns how many there were.
    ///
    /// `body` runs the load, and the first call, on a disk without fault, counts the operations.
    @discardableResult
    func run(seeds: Range<UInt64>, _ body: (SimulatedDisk, String) throws -> Void) rethrows -> Int {
        let calm = SimulatedDisk(seed: 0)
        try body(calm, "no fault")
        let count = calm.count(of: operation)
        for number in 1...max(1, count) {
            for seed in seeds {
                let disk = SimulatedDisk(seed: seed)
                disk.plan([DiskFault(effect, at: operation, number)])
                try body(disk, "\(effect) at \(operation) \(number) of \(count), seed \(seed)")
            }
        }
        return count
    }
}
