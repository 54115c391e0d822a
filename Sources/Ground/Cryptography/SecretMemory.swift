internal import CSodium
internal import Synchronization

/// Memory for secrets: not swapped out where the limits allow it, and left out of core dumps.
///
/// Small secrets share chunks of libsodium's guarded heap, cut into slots: locking works by the
/// page, so freeing one secret of a page must not unlock its neighbours. Chunks stay until the
/// process ends. Larger secrets get guarded pages of their own.
enum SecretMemory {
    /// Keys, scalars and digests fit in one slot, in bytes.
    static let slotSize = 64

    /// How many slots one chunk holds.
    static let slotsPerChunk = 256

    /// An address in a chunk.
    ///
    /// Sendable, because whoever takes a slot off the list owns it alone.
    private struct Slot: @unchecked Sendable {
        let address: UnsafeMutableRawPointer
    }

    private static let vacant = Mutex<[Slot]>([])

    /// Memory of unspecified contents; the caller gives it back with `release`.
    static func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(count >= 0)
        let address = count <= slotSize ? takeSlot().address : guarded(count)
        return address.bindMemory(to: UInt8.self, capacity: count)
    }

    /// Zeroes the memory in a way that no optimiser removes.
    static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let address = buffer.baseAddress else { return }
        sodium_memzero(address, buffer.count)
    }

    /// Takes back memory from `allocate`, which the caller has wiped.
    static func release(_ address: UnsafeMutablePointer<UInt8>, _ count: Int) {
        if count <= slotSize {
            let slot = Slot(address: UnsafeMutableRawPointer(address))
            vacant.withLock { $0.append(slot) }
        } else {
            sodium_free(address)
        }
    }

    private static func takeSlot() -> Slot {
        vacant.withLock { slots in
            if let slot = slots.popLast() { return slot }
            let chunk = guarded(slotSize * slotsPerChunk)
            for index in 1..<slotsPerChunk {
                slots.append(Slot(address: chunk + index * slotSize))
            }
            return Slot(address: chunk)
        }
    }

    private static func guarded(_ count: Int) -> UnsafeMutableRawPointer {
        Sodium.prepare()
        guard let address = sodium_malloc(count) else {
            preconditionFailure("no memory is left for secrets")
        }
        return address
    }
}
