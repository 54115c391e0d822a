import CLinksShim
@preconcurrency import Glibc
import Synchronization
import System

/// Wakes the loop out of its waiting, from any thread, once for any number of rings.
final class LinkDoorbell: Sendable {
    private let isRung = Atomic(false)
    private let writeEnd: Int32

    /// Readable while the bell is rung.
    let readEnd: Int32

    init() throws(LinkError) {
        var ends: [Int32] = [-1, -1]
        guard kl_link_pipe(&ends) == 0 else {
            throw .system(SystemError("pipe", "links", code: errno))
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(readEnd)
        Glibc.close(writeEnd)
    }

    func ring() {
        guard !isRung.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
    }

    /// Stills the bell; whatever was asked for before a ring that follows is seen by the caller.
    func still() {
        var byte: UInt8 = 0
        while read(readEnd, &byte, 1) > 0 {}
        isRung.store(false, ordering: .sequentiallyConsistent)
    }
}
