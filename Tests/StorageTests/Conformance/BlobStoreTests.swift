import Base
import Storage
import Testing

@Suite("Every vault")
struct BlobStoreTests {
    @Test("returns blobs under the digests of their bytes", arguments: FileEngine.allCases)
    func putAndGet(engine: FileEngine) throws {
        let folder = try TestFolder()
        let disk = try engine.disk(folder)
        let vault = try FileEngine.blobStore(on: disk)
        let blobs = Samples.records(seed: 3, count: 25) + [[], [1], [1]]
        let addresses = try vault.put(blobs)
        #expect(addresses == blobs.map { BlobAddress(Samples.hash($0)) })
        #expect(try vault.put(blobs) == addresses)
        #expect(try vault.put([]).isEmpty)
        for (address, blob) in zip(addresses, blobs) {
            #expect(try vault.get(address) == blob)
            #expect(try vault.contains(address))
        }
        let absent = BlobAddress(Samples.hash([9, 9, 9]))
        #expect(try vault.get(absent) == nil)
        #expect(try !vault.contains(absent))
        vault.close()
        guard let disk else { return }
        let reopened = try FileEngine.blobStore(on: disk)
        for (address, blob) in zip(addresses, blobs) { #expect(try reopened.get(address) == blob) }
        reopened.close()
    }

    @Test("lists addresses in ascending order and pages on", arguments: FileEngine.allCases)
    func list(engine: FileEngine) throws {
        let folder = try TestFolder()
        let vault = try FileEngine.blobStore(on: engine.disk(folder))
        defer { vault.close() }
        #expect(try vault.addresses(after: nil, limit: 5).isEmpty)
        let stored = try vault.put((0..<100).map { [UInt8($0)] }).sorted()
        var listed: [BlobAddress] = []
        while case let page = try vault.addresses(after: listed.last, limit: 7), !page.isEmpty {
            listed += page
        }
        #expect(listed == stored)
        #expect(try vault.addresses(after: nil, limit: 1000) == stored)
        #expect(try vault.addresses(after: BlobAddress(.zero), limit: 2) == Array(stored[..<2]))
        let last = BlobAddress(Hash256(words: (.max, .max, .max, .max)))
        #expect(try vault.addresses(after: last, limit: 2).isEmpty)
    }

    @Test("forgets a deleted blob and takes it again", arguments: FileEngine.allCases)
    func delete(engine: FileEngine) throws {
        let folder = try TestFolder()
        let vault = try FileEngine.blobStore(on: engine.disk(folder))
        defer { vault.close() }
        let addresses = try vault.put([[1, 2], [3, 4]])
        try vault.delete(addresses[0])
        try vault.delete(addresses[0])
        #expect(try vault.get(addresses[0]) == nil)
        #expect(try !vault.contains(addresses[0]))
        #expect(try vault.addresses(after: nil, limit: 9) == [addresses[1]])
        #expect(try vault.put([[1, 2]]) == [addresses[0]])
        #expect(try vault.get(addresses[0]) == [1, 2])
    }

    @Test("refuses everything after closing", arguments: FileEngine.allCases)
    func close(engine: FileEngine) throws {
        let folder = try TestFolder()
        let vault = try FileEngine.blobStore(on: engine.disk(folder))
        let address = try vault.put([[1]])[0]
        vault.close()
        #expect(throws: StorageError.closed) { try vault.put([[1]]) }
        #expect(throws: StorageError.closed) { try vault.get(address) }
        #expect(throws: StorageError.closed) { try vault.delete(address) }
        #expect(throws: StorageError.closed) { try vault.contains(address) }
        #expect(throws: StorageError.closed) { try vault.addresses(after: nil, limit: 1) }
    }
}
