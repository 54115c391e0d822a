import Base

/// The content of a simulated disk: what programs see, what is durable, and what lies between.
struct SimulatedDiskState: Sendable {
    static let sectorByteCount = 512

    struct Inode: Sendable {
        var current: [UInt8] = []
        var durable: [UInt8] = []
        var unsynced: [(offset: Int, bytes: [UInt8])] = []
    }

    enum NameChange: Sendable {
        case link(path: String, inode: Int)
        case move(source: String, target: String, inode: Int)
        case unlink(path: String)

        /// The path whose folder must be synced.
        var path: String {
            switch self {
            case .link(let path, _), .unlink(let path), .move(_, let path, _): path
            }
        }
    }

    var random: SplitMix64
    var inodes: [Int: Inode] = [:]
    var names: [String: Int] = [:]
    var durableNames: [String: Int] = [:]
    var unsyncedNames: [NameChange] = []
    var folders: Set<String> = [""]
    var faults: [DiskFault] = []
    var counts: [DiskFault.Operation: Int] = [:]
    var capacity = Int.max
    var nextInode = 0
    var generation = 0
    var isCrashed = false

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    static let crashed = StorageError.inputOutput("the simulated machine is down")

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// Counts an operation and returns the fault planned for it.
    mutating func count(_ operation: DiskFault.Operation) throws(StorageError) -> DiskFault.Effect?
    {
        guard !isCrashed else { throw Self.crashed }
        counts[operation, default: 0] += 1
        let number = counts[operation]
        let fault = faults.first { $0.operation == operation && $0.number == number }
        if fault?.effect == .crash { isCrashed = true }
        return fault?.effect
    }

    /// Bytes of all files that have a name.
    var usedByteCount: Int { Set(names.values).reduce(0) { $0 + (inodes[$1]?.current.count ?? 0) } }

    // MARK: Bytes

    mutating func write(_ bytes: [UInt8], at offset: Int, in inode: Int) throws(StorageError) {
        let fault = try count(.write)
        var written = bytes
        var failure: StorageError?
        switch fault {
        case .crash: failure = Self.crashed
        case .fail:
            written = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            failure = .inputOutput("a simulated write")
        case nil: break
        }
        let growth = max(0, offset + written.count - (inodes[inode]?.current.count ?? 0))
        if growth > 0, growth > capacity - usedByteCount {
            let room = max(0, capacity - usedByteCount)
            written = Array(written.prefix(max(0, written.count - growth + room)))
            failure = failure ?? .full("the simulated disk")
        }
        if !written.isEmpty {
            Self.apply(written, at: offset, to: &inodes[inode, default: Inode()].current)
            inodes[inode, default: Inode()].unsynced.append((offset, written))
        }
        if let failure { throw failure }
    }

    mutating func sync(inode: Int) throws(StorageError) {
        switch try count(.sync) {
        case .crash: throw Self.crashed
        case .fail:
            settle(inode)
            throw .inputOutput("a simulated sync")
        case nil: persist(inode)
        }
    }

    private mutating func persist(_ inode: Int) {
        for change in inodes[inode]?.unsynced ?? [] {
            Self.apply(
                change.bytes, at: change.offset, to: &inodes[inode, default: Inode()].durable)
        }
        inodes[inode]?.unsynced = []
    }

    /// Decides by chance what became of each unsynced write: kept, lost, or some of its sectors.
    private mutating func settle(_ inode: Int) {
        for (offset, bytes) in inodes[inode]?.unsynced ?? [] {
            let fate = Int.random(in: 0...3, using: &random)
            var start = offset
            while start < offset + bytes.count {
                let sectorEnd = (start / Self.sectorByteCount + 1) * Self.sectorByteCount
                let end = min(sectorEnd, offset + bytes.count)
                let isKept = fate == 0 || (fate >= 2 && Bool.random(using: &random))
                if isKept {
                    Self.apply(
                        Array(bytes[(start - offset)..<(end - offset)]), at: start,
                        to: &inodes[inode, default: Inode()].durable)
                }
                start = end
            }
        }
        inodes[inode]?.unsynced = []
    }

    private static func apply(_ bytes: [UInt8], at offset: Int, to content: inout [UInt8]) {
        let end = offset + bytes.count
        if content.count < end {
            content.append(contentsOf: repeatElement(0, count: end - content.count))
        }
        content.replaceSubrange(offset..<end, with: bytes)
    }

    // MARK: Names

    mutating func change(_ change: NameChange) throws(StorageError) {
        let fault = try count(.name)
        if fault == .fail { throw .inputOutput("a simulated name change") }
        Self.apply(change, to: &names)
        unsyncedNames.append(change)
        if fault == .crash { throw Self.crashed }
    }

    mutating func syncNames(inFolders synced: [String]) throws(StorageError) {
        switch try count(.sync) {
        case .crash: throw Self.crashed
        case .fail: throw .inputOutput("a simulated folder sync")
        case nil: keepNames { synced.contains(Self.folder(of: $0.path)) }
        }
    }

    mutating func syncAll() throws(StorageError) {
        switch try count(.sync) {
        case .crash: throw Self.crashed
        case .fail: throw .inputOutput("a simulated sync of the whole disk")
        case nil:
            for inode in inodes.keys.sorted() { persist(inode) }
            keepNames { _ in true }
        }
    }

    private mutating func keepNames(where isKept: (NameChange) -> Bool) {
        var rest: [NameChange] = []
        for change in unsyncedNames {
            guard isKept(change) else {
                rest.append(change)
                continue
            }
            Self.apply(change, to: &durableNames)
            if case .move(let source, _, let inode) = change {
                rest.removeAll { earlier in
                    if case .link(source, inode) = earlier { true } else { false }
                }
            }
        }
        unsyncedNames = rest
    }

    private static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .link(let path, let inode): names[path] = inode
        case .unlink(let path): names[path] = nil
        case .move(let source, let target, let inode):
            if names[source] == inode { names[source] = nil }
            names[target] = inode
        }
    }

    // MARK: Restart

    mutating func restart(_ kind: DiskRestart) {
        isCrashed = false
        generation += 1
        faults = []
        counts = [:]
        guard kind == .power else { return }
        for inode in inodes.keys.sorted() {
            settle(inode)
            let durable = inodes[inode]?.durable ?? []
            inodes[inode]?.current = durable
        }
        // In each folder the first few unsynced changes happened, in their order.
        var left: [String: Int] = [:]
        for folder in Set(unsyncedNames.map { Self.folder(of: $0.path) }).sorted() {
            let changes = unsyncedNames.count { Self.folder(of: $0.path) == folder }
            left[folder] = Int.random(in: 0...changes, using: &random)
        }
        keepNames { change in
            let folder = Self.folder(of: change.path)
            guard let count = left[folder], count > 0 else { return false }
            left[folder] = count - 1
            return true
        }
        unsyncedNames = []
        names = durableNames
    }
}
