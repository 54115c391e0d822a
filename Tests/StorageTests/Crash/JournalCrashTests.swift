import Base
import Storage
import StorageFiles
import Testing

@Suite("A journal on a disk that crashes or fails")
struct JournalCrashTests {
    /// What the load was promised, and what it had asked for when it was cut off.
    private struct Promise {
        var records: [[UInt8]] = []
        var forgotten = 0
        var pending: [[UInt8]] = []
        var pendingForgotten: Int?
    }

    private func open(_ disk: SimulatedDisk) throws -> FileJournal {
        try FileJournal(on: disk, folder: "journal", Samples.settings())
    }

    private func load(_ disk: SimulatedDisk) -> Promise {
        var promise = Promise()
        guard let journal = try? open(disk) else { return promise }
        defer { journal.close() }
        let random = SeededRandom(seed: 6)
        for round in 0..<12 {
            promise.pending = (0...(round % 3)).map { _ in random.bytes(80 * (round % 6) + 300) }
            guard (try? journal.append(promise.pending)) != nil else { return promise }
            promise.records += promise.pending
            promise.pending = []
            if round % 3 == 2 {
                let position = promise.records.count - 3
                promise.pendingForgotten = position + 1
                guard (try? journal.truncate(through: UInt64(position))) != nil else {
                    return promise
                }
                promise.forgotten = position + 1
                promise.pendingForgotten = nil
            }
        }
        return promise
    }

    @Test(
        "keeps what was acknowledged, whole groups only, and forgets for good",
        arguments: FaultSweep.all, [DiskRestart.power, .process])
    func sweep(sweep: FaultSweep, restart: DiskRestart) throws {
        try sweep.run(seeds: 1..<3) { disk, label in
            let promise = load(disk)
            guard label != "no fault" else {
                #expect(promise.records.count == 24 && promise.forgotten == 22)
                return
            }
            disk.restart(restart)
            var ends: [UInt64] = []
            for _ in 0..<2 {
                let journal: FileJournal
                do { journal = try open(disk) } catch {
                    Issue.record("does not open after \(label): \(error)")
                    return
                }
                let all = promise.records + promise.pending
                #expect([promise.records.count, all.count].contains(Int(journal.end)), "\(label)")
                let records = try journal.readAll()
                let start = records.first.map { Int($0.position) } ?? Int(journal.end)
                #expect(
                    start == promise.forgotten || start == promise.pendingForgotten, "\(label)")
                #expect(
                    records.map(\.bytes) == Array(all[start..<Int(journal.end)]), "\(label)")
                ends.append(journal.end)
                journal.close()
                // What one opening showed is durable.
                disk.restart(.power)
            }
            #expect(ends[0] == ends[1], "\(label)")
            let journal = try open(disk)
            #expect(try journal.append([[7]]) == ends[0])
        }
    }

    @Test("says that the disk is full and goes on when there is room")
    func fullDisk() throws {
        let disk = SimulatedDisk(seed: 1, capacity: 2 * 4096)
        let journal = try open(disk)
        var count = 0
        var wasFull = false
        for _ in 0..<20 {
            do {
                _ = try journal.append([[UInt8](repeating: 5, count: 1000)])
                count += 1
            } catch {
                guard case .full = error else { throw error }
                wasFull = true
                disk.setCapacity(.max)
            }
        }
        #expect(wasFull)
        #expect(try journal.readAll().count == count)
        disk.restart(.power)
        #expect(try open(disk).readAll().count == count)
    }
}
