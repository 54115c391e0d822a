import Base
import Storage
import StorageFiles
import Testing

@Suite("A vault on a disk that crashes or fails")
struct VaultCrashTests {
    private enum Step { case put([Int]), delete(Int) }

    private let blobs = (0..<12).map { SeededRandom(seed: UInt64($0)).bytes(300 * $0 + 16) }
    private let steps: [Step] = [
        .put([0, 1, 2]), .delete(1), .put([3]), .put([2, 4, 4, 5]), .delete(0), .put([1, 6, 7]),
        .delete(4), .delete(11), .put([8, 9]),
    ]

    private func open(_ disk: SimulatedDisk) throws -> FileBlobStore {
        try FileBlobStore(on: disk, folder: "vault", hash: Samples.hash)
    }

    /// Runs the steps until the first error.
    ///
    /// True: the blob must be there; false: it must not; nil: either.
    private func load(_ disk: SimulatedDisk) -> [Bool?] {
        var isPresent = [Bool?](repeating: false, count: blobs.count)
        guard let vault = try? open(disk) else { return isPresent }
        for step in steps {
            switch step {
            case .put(let indexes):
                let wasAcknowledged = (try? vault.put(indexes.map { blobs[$0] })) != nil
                for index in indexes where isPresent[index] != true {
                    isPresent[index] = wasAcknowledged ? true : nil
                }
                guard wasAcknowledged else { return isPresent }
            case .delete(let index):
                let wasAcknowledged = (try? vault.delete(address(index))) != nil
                if wasAcknowledged {
                    isPresent[index] = false
                } else {
                    isPresent[index] = isPresent[index] == false ? false : nil
                    return isPresent
                }
            }
        }
        return isPresent
    }

    private func address(_ index: Int) -> BlobAddress { BlobAddress(Samples.hash(blobs[index])) }

    @Test(
        "keeps and forgets what it promised, and never shows a broken blob",
        arguments: FaultSweep.all, [DiskRestart.power, .process])
    func sweep(sweep: FaultSweep, restart: DiskRestart) throws {
        try sweep.run(seeds: 1..<3) { disk, label in
            var isPresent = load(disk)
            guard label != "no fault" else {
                #expect(
                    isPresent
                        == [1, 2, 3, 5, 6, 7, 8, 9].reduce(
                            into: [Bool?](repeating: false, count: 12)
                        ) { $0[$1] = true })
                return
            }
            disk.restart(restart)
            for _ in 0..<2 {
                let vault = try open(disk)
                for index in blobs.indices {
                    let found = try vault.get(address(index))
                    #expect(found == nil || found == blobs[index], "\(label), blob \(index)")
                    if let isPresent = isPresent[index] {
                        #expect((found != nil) == isPresent, "\(label), blob \(index)")
                    }
                    // What one opening showed stays so.
                    isPresent[index] = found != nil
                    if found == nil, blobs[index].count > 16 {
                        #expect(!holds(disk, blobs[index]), "\(label), blob \(index)")
                    }
                }
                #expect(!disk.paths.contains { $0.contains("incoming") || $0.contains("erasing") })
                disk.restart(.power)
            }
            let vault = try open(disk)
            #expect(try vault.put(blobs).count == blobs.count)
            for index in blobs.indices { #expect(try vault.get(address(index)) == blobs[index]) }
        }
    }

    private func holds(_ disk: SimulatedDisk, _ blob: [UInt8]) -> Bool {
        disk.paths.contains { disk.content(of: $0)?.starts(with: blob) ?? false }
    }

    @Test("says that the disk is full, keeps the rest and takes the blobs when there is room")
    func fullDisk() throws {
        let disk = SimulatedDisk(seed: 1, capacity: 5000)
        let vault = try open(disk)
        let random = SeededRandom(seed: 3)
        let small = try vault.put([random.bytes(1000)])[0]
        let large = (0..<6).map { _ in random.bytes(1000) }
        #expect(throws: StorageError.full("the simulated disk")) { try vault.put(large) }
        #expect(try vault.get(small) != nil)
        #expect(disk.paths.count == 1)
        disk.setCapacity(.max)
        for (address, blob) in zip(try vault.put(large), large) {
            #expect(try vault.get(address) == blob)
        }
    }
}
