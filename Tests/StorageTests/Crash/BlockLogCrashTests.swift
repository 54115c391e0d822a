import Base
import Storage
import StorageFiles
import Testing

@Suite("A block log on a disk that crashes or fails")
struct BlockLogCrashTests {
    private let records = Samples.records(seed: 11, count: 14)

    private func open(_ disk: SimulatedDisk) throws -> FileBlockLog {
        try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
    }

    /// Appends until the first error; returns how many were acknowledged.
    private func load(_ disk: SimulatedDisk) -> Int {
        guard let log = try? open(disk) else { return 0 }
        defer { log.close() }
        for (index, record) in records.enumerated() {
            guard (try? log.append(record)) != nil else { return index }
        }
        return records.count
    }

    /// Opens the log and checks that it holds what was acknowledged and at most one record more.
    private func check(_ disk: SimulatedDisk, acknowledged: Int, _ label: String) throws -> Int {
        let log: FileBlockLog
        do { log = try open(disk) } catch {
            Issue.record("does not open after \(label): \(error)")
            throw error
        }
        defer { log.close() }
        let count = Int(log.count)
        #expect(count == acknowledged || count == acknowledged + 1, "\(label)")
        for index in 0..<count {
            #expect(try log.read(UInt64(index)) == records[index], "\(label), record \(index)")
        }
        return count
    }

    @Test("loses nothing acknowledged and shows nothing half", arguments: FaultSweep.all)
    func sweep(sweep: FaultSweep) throws {
        let count = try sweep.run(seeds: 1..<4) { disk, label in
            let acknowledged = load(disk)
            guard label != "no fault" else {
                #expect(acknowledged == records.count)
                return
            }
            disk.restart(.power)
            let present = try check(disk, acknowledged: acknowledged, label)
            // What was there once stays there: opening made it durable.
            disk.restart(.power)
            #expect(try check(disk, acknowledged: present, label) == present)
            let log = try open(disk)
            #expect(try log.append([1, 2, 3]) == UInt64(present))
            disk.restart(.power)
            let reopened = try open(disk)
            #expect(try reopened.read(UInt64(present)) == [1, 2, 3], "\(label)")
        }
        #expect(count >= (sweep.operation == .name ? 8 : 14))
    }

    @Test(
        "keeps what a restart of the process showed, even after a power loss",
        arguments: FaultSweep.all)
    func processRestart(sweep: FaultSweep) throws {
        try sweep.run(seeds: 1..<4) { disk, label in
            let acknowledged = load(disk)
            guard label != "no fault" else { return }
            disk.restart(.process)
            let present = try check(disk, acknowledged: acknowledged, label)
            disk.restart(.power)
            #expect(try check(disk, acknowledged: present, label) == present, "\(label)")
        }
    }

    @Test("opens after a second crash during the repair of the first")
    func crashDuringOpening() throws {
        let sweep = FaultSweep(effect: .crash, operation: .sync)
        try sweep.run(seeds: 1..<4) { disk, label in
            let acknowledged = load(disk)
            guard label != "no fault" else { return }
            for number in 1...4 {
                for operation in DiskFault.Operation.allCases {
                    disk.restart(.power)
                    disk.plan([DiskFault(.crash, at: operation, number)])
                    if let log = try? open(disk) { log.close() }
                }
            }
            disk.restart(.power)
            _ = try check(disk, acknowledged: acknowledged, label)
        }
    }

    @Test("refuses appends after a failed sync, and still reads")
    func failedSync() throws {
        let disk = SimulatedDisk(seed: 5)
        let log = try open(disk)
        _ = try log.append([1])
        let syncs = disk.count(of: .sync)
        disk.plan([DiskFault(.fail, at: .sync, syncs + 1)])
        #expect(throws: StorageError.inputOutput("a simulated sync")) { try log.append([2]) }
        for _ in 0..<3 {
            #expect { try log.append([3]) } throws: { error in
                if case .inputOutput? = error as? StorageError { true } else { false }
            }
        }
        #expect(disk.count(of: .sync) == syncs + 1)
        #expect(log.count == 1)
        #expect(try log.read(0) == [1])
    }

    @Test("goes on after a failed write, of which nothing remains")
    func failedWrite() throws {
        for seed in UInt64(0)..<20 {
            let disk = SimulatedDisk(seed: seed)
            let log = try open(disk)
            _ = try log.append([1])
            disk.plan([DiskFault(.fail, at: .write, disk.count(of: .write) + 1)])
            let long = SeededRandom(seed: seed).bytes(1500)
            #expect(throws: StorageError.inputOutput("a simulated write")) { try log.append(long) }
            #expect(try log.append([2]) == 1)
            disk.restart(.power)
            let reopened = try open(disk)
            #expect(reopened.count == 2)
            #expect(try reopened.read(1) == [2])
        }
    }

    @Test("syncs exactly once for an append within a segment")
    func syncCount() throws {
        let disk = SimulatedDisk(seed: 1)
        let log = try open(disk)
        let before = disk.count(of: .sync)
        for index in 0..<20 { _ = try log.append([UInt8(index)]) }
        #expect(disk.count(of: .sync) == before + 20)
    }

    @Test("says that the disk is full, loses nothing, and goes on when there is room")
    func fullDisk() throws {
        let disk = SimulatedDisk(seed: 1, capacity: 3 * 4096)
        let log = try open(disk)
        var stored: [[UInt8]] = []
        let random = SeededRandom(seed: 2)
        var refusals = 0
        for attempt in 0..<40 {
            let record = random.bytes(1000)
            do {
                #expect(try log.append(record) == UInt64(stored.count))
                stored.append(record)
            } catch {
                guard case .full = error else { throw error }
                refusals += 1
                if attempt == 30 { disk.setCapacity(.max) }
            }
        }
        #expect(refusals > 10 && stored.count > 15)
        for (index, record) in stored.enumerated() {
            #expect(try log.read(UInt64(index)) == record)
        }
        disk.restart(.power)
        let reopened = try open(disk)
        #expect(reopened.count == UInt64(stored.count))
        for (index, record) in stored.enumerated() {
            #expect(try reopened.read(UInt64(index)) == record)
        }
    }
}
