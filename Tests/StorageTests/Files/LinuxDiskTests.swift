import Base
@preconcurrency import Glibc
import Storage
import StorageFiles
import Synchronization
import System
import Testing

@Suite("Stores on the machine's disk")
struct LinuxDiskTests {
    @Test("let readers run beside the writer while segments are made ahead")
    func readersBesideWriter() throws {
        let folder = try TestFolder()
        let settings = Samples.settings(segmentByteCount: 64 << 10, preparesAhead: true)
        let log = try FileBlockLog(path: folder.path, settings)
        let isDone = Atomic(false)
        let wrong = Atomic(0)
        let readers = try (0..<2).map { reader in
            try Thread("reader") {
                var generator = SplitMix64(seed: UInt64(reader))
                while !isDone.load(ordering: .relaxed) {
                    let count = log.count
                    guard count > 0 else { continue }
                    let index = UInt64.random(in: 0..<count, using: &generator)
                    let record = try? log.read(index)
                    if record?.prefix(2) != [UInt8(index & 255), UInt8(index >> 8)][...] {
                        wrong.add(1, ordering: .relaxed)
                    }
                }
            }
        }
        for index in 0..<400 {
            let record =
                [UInt8(index & 255), UInt8(index >> 8)] + [UInt8](repeating: 1, count: 3000)
            _ = try log.append(record)
        }
        isDone.store(true, ordering: .relaxed)
        for reader in readers { reader.join() }
        #expect(wrong.load(ordering: .relaxed) == 0)
        log.close()
        let reopened = try FileBlockLog(path: folder.path, settings)
        #expect(reopened.count == 400)
        #expect(try reopened.append([1]) == 400)
        reopened.close()
    }

    @Test("keep a record larger than a segment in a larger one")
    func largeRecord() throws {
        let folder = try TestFolder()
        let settings = Samples.settings(segmentByteCount: 64 << 10, preparesAhead: true)
        let log = try FileBlockLog(path: folder.path, settings)
        let large = SeededRandom(seed: 1).bytes(1 << 20)
        for record in [[1], [UInt8](repeating: 2, count: 40_000), large, [3]] {
            _ = try log.append(record)
        }
        log.close()
        let reopened = try FileBlockLog(path: folder.path, settings)
        #expect(try reopened.read(2) == large)
        #expect(try reopened.read(3) == [3])
        reopened.close()
    }

    @Test("preallocate whole files of zeros, and nothing when there is no room")
    func preallocation() throws {
        let folder = try TestFolder()
        let disk = try LinuxDisk(root: folder.path)
        let file = try disk.createPreallocated("a", byteCount: 3 << 20)
        #expect(try file.byteCount() == 3 << 20)
        #expect(try file.read(at: (3 << 20) - 10, count: 100) == [UInt8](repeating: 0, count: 10))
        let status = try ProcessRunner.run(["stat", "-c", "%b", "\(folder.path)/a"])
        #expect((Int(status.text.dropLast()) ?? 0) * 512 >= 3 << 20)
        // 2^50 bytes fit on no disk here: the file system refuses before anything is written.
        #expect(throws: StorageError.full("\(folder.path)/b")) {
            try disk.createPreallocated("b", byteCount: 1 << 50)
        }
        #expect(try disk.list("") == ["a"])
    }

    @Test("say which place cannot be used")
    func refusals() throws {
        let folder = try TestFolder()
        try FileSystem.writeAtomically("\(folder.path)/file", [1])
        #expect {
            try FileBlockLog(path: "\(folder.path)/file/x", Samples.settings())
        } throws: { error in
            guard case .unwritable(let place)? = error as? StorageError else { return false }
            return place.contains("/file")
        }
        let disk = try LinuxDisk(root: folder.path)
        #expect(try disk.open("absent") == nil)
        #expect(try disk.list("absent").isEmpty)
        #expect(try !disk.exists("absent"))
        try disk.remove("absent")
        #expect(throws: StorageError.self) { try disk.rename("absent", to: "other") }
    }

    @Test("take blobs and deletions from several threads")
    func vaultThreads() throws {
        let folder = try TestFolder()
        let vault = try FileBlobStore(path: folder.path, hash: Samples.hash)
        let failures = Mutex<[String]>([])
        let threads = try (0..<4).map { thread in
            try Thread("vault") {
                do {
                    for round in 0..<20 {
                        // Every thread stores the shared blob; only the first takes its own away.
                        let own: [UInt8] = [UInt8(thread), UInt8(round)]
                        let addresses = try vault.put([[255, UInt8(round)], own])
                        if thread == 0 { try vault.delete(addresses[1]) }
                        if try vault.get(addresses[0]) == nil {
                            failures.withLock { $0.append("\(thread) \(round)") }
                        }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
        #expect(try vault.addresses(after: nil, limit: 1000).count == 80)
        vault.close()
    }
}

@Suite("What people are told about a store")
struct StorageRefusalTests {
    @Test("has its own code, names the place and comes in both languages")
    func refusals() {
        let errors: [StorageError] = [
            .full("/p"), .unwritable("/p"), .corrupt("/p"), .inputOutput("/p"), .locked("/p"),
            .unsupported("/p"), .oversized(limit: 77), .closed,
        ]
        #expect(Set(errors.map(\.refusal.code)).count == errors.count)
        for error in errors {
            let refusal = error.refusal
            #expect(refusal.code.hasPrefix("storage."))
            let place = error == .closed ? "" : error == .oversized(limit: 77) ? "77" : "/p"
            #expect(place.isEmpty || refusal.english.contains(place))
            #expect(place.isEmpty || refusal.chinese.contains(place))
        }
    }

    @Test("covers records beyond the limits")
    func oversized() throws {
        let disk = SimulatedDisk(seed: 1)
        let journal = try FileJournal(on: disk, folder: "journal", Samples.settings())
        let large = [UInt8](repeating: 0, count: FileJournal.maximumAppendByteCount)
        let limit = StorageError.oversized(limit: FileJournal.maximumAppendByteCount)
        #expect(throws: limit) { try journal.append([large]) }
        #expect(journal.end == 0)
    }
}
