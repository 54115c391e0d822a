/// Records in blocks of fixed size that never move, addressed by slot.
///
/// Growing adds a block and copies nothing, so the peak is the size. Slots are not initialised:
/// whoever hands out a slot writes it first. Records are plain bits without
/// references, so nothing is ever deinitialised.
struct StateSlabs<Record>: ~Copyable {
    private static var shift: Int { 14 }
    private static var slabCount: Int { 1 << shift }

    /// A record of 64 bytes then stands in one cache line.
    private static var alignment: Int { 64 }

    private var slabs: [UnsafeMutablePointer<Record>] = []

    deinit {
        for slab in slabs { slab.deallocate() }
    }

    /// Makes room for slots below `count`.
    mutating func grow(to count: Int) {
        while slabs.count * Self.slabCount < count {
            let slab = UnsafeMutableRawPointer.allocate(
                byteCount: Self.slabCount * MemoryLayout<Record>.stride,
                alignment: Self.alignment)
            slabs.append(slab.bindMemory(to: Record.self, capacity: Self.slabCount))
        }
    }

    /// Bytes held.
    var byteCount: Int { slabs.count * Self.slabCount * MemoryLayout<Record>.stride }

    @inline(__always)
    func pointer(_ slot: Int) -> UnsafeMutablePointer<Record> {
        slabs[slot >> Self.shift] + (slot & (Self.slabCount - 1))
    }

    @inline(__always)
    subscript(slot: Int) -> Record {
        get { pointer(slot).pointee }
        nonmutating set { pointer(slot).initialize(to: newValue) }
    }
}
