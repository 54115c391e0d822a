import Storage
import Testing

@Suite("The simulated disk")
struct SimulatedDiskTests {
    private let sector = [UInt8](repeating: 7, count: 512)

    /// What is left of two unsynced sectors in a synced file after a power loss.
    private func survivors(seed: UInt64) throws -> [UInt8] {
        let disk = SimulatedDisk(seed: seed)
        let file = try disk.createPreallocated("a", byteCount: 1024)
        try disk.syncFolders([""])
        try file.write(sector + sector, at: 0)
        disk.restart(.power)
        let content = try #require(disk.content(of: "a"))
        return [content[0], content[511], content[512], content[1023]]
    }

    @Test("keeps, loses or tears unsynced sectors, always whole ones, by its seed")
    func unsyncedBytes() throws {
        var outcomes: Set<[UInt8]> = []
        for seed in UInt64(0)..<40 {
            let outcome = try survivors(seed: seed)
            #expect(outcome[0] == outcome[1] && outcome[2] == outcome[3])
            #expect(try survivors(seed: seed) == outcome)
            outcomes.insert(outcome)
        }
        #expect(outcomes.count == 4)
    }

    @Test("keeps what was synced, and everything when only the process restarts")
    func syncedBytes() throws {
        for seed in UInt64(0)..<20 {
            let disk = SimulatedDisk(seed: seed)
            let file = try disk.create("a")
            try file.write([1, 2, 3], at: 0)
            try file.sync()
            try disk.syncFolders([""])
            try file.write([9], at: 2)
            disk.restart(.process)
            #expect(disk.content(of: "a") == [1, 2, 9])
            #expect(throws: StorageError.self) { try file.read(at: 0, count: 1) }
            disk.restart(.power)
            let content = try #require(disk.content(of: "a"))
            #expect(content == [1, 2, 3] || content == [1, 2, 9])
        }
    }

    @Test("loses names whose folder was not synced, in each folder from the last on")
    func names() throws {
        var kept: Set<[String]> = []
        for seed in UInt64(0)..<60 {
            let disk = SimulatedDisk(seed: seed)
            try disk.makeFolder("in")
            try disk.makeFolder("out")
            for name in ["in/1", "in/2", "in/3"] { _ = try disk.create(name) }
            try disk.syncFolders(["in"])
            try disk.rename("in/1", to: "out/1")
            try disk.rename("in/2", to: "out/2")
            try disk.remove("in/3")
            disk.restart(.power)
            kept.insert(disk.paths)
        }
        #expect(
            kept == [
                ["in/1", "in/2", "in/3"], ["in/1", "in/2"], ["in/2", "in/3", "out/1"],
                ["in/2", "out/1"], ["in/3", "out/1", "out/2"], ["out/1", "out/2"],
            ])
    }

    @Test("forgets bytes at a failed sync, whatever is synced later")
    func failedSync() throws {
        var lost = 0
        for seed in UInt64(0)..<20 {
            let disk = SimulatedDisk(seed: seed)
            let file = try disk.createPreallocated("a", byteCount: 512)
            try disk.syncFolders([""])
            try file.write(sector, at: 0)
            disk.plan([DiskFault(.fail, at: .sync, disk.count(of: .sync) + 1)])
            #expect(throws: StorageError.self) { try file.sync() }
            try file.sync()
            #expect(disk.content(of: "a") == sector)
            disk.restart(.power)
            if disk.content(of: "a") != sector { lost += 1 }
        }
        #expect(lost > 0 && lost < 20)
    }

    @Test("counts operations, fails short writes and fills up")
    func faults() throws {
        let disk = SimulatedDisk(seed: 3, capacity: 10)
        let file = try disk.create("a")
        disk.plan([DiskFault(.fail, at: .write, 2), DiskFault(.crash, at: .write, 5)])
        try file.write([1, 2], at: 0)
        #expect(throws: StorageError.self) { try file.write([3, 4], at: 2) }
        #expect(throws: StorageError.full("the simulated disk")) {
            try file.write([UInt8](repeating: 5, count: 20), at: 0)
        }
        #expect(disk.content(of: "a")?.count == 10)
        #expect(disk.count(of: .write) == 3 && disk.count(of: .sync) == 0)
        #expect(throws: StorageError.full("the simulated disk")) {
            try disk.createPreallocated("b", byteCount: 1)
        }
        #expect(disk.paths == ["a"] && !disk.isCrashed)
        #expect(throws: StorageError.self) { try file.write([1], at: 0) }
        #expect(disk.isCrashed)
        #expect(throws: StorageError.self) { try disk.list("") }
    }
}
