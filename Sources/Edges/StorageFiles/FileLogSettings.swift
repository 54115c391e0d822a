package import Base
package import Cryptography
import Storage

/// How a block log or a journal lies on disk.
package struct FileLogSettings: Sendable {
    /// The default size of a block log's segment.
    package static let blockSegmentByteCount = 64 << 20

    /// The default size of a journal's segment.
    package static let journalSegmentByteCount = 8 << 20

    /// The hash whose first bytes are the checksums.
    package let suite: HashSuite

    /// The source of the salt of a new log.
    package let random: any RandomSource

    /// The size of a segment; a record that does not fit gets a larger one.
    package let segmentByteCount: Int

    /// Whether a helper thread makes the next segment ahead; false in simulations.
    package let preparesAhead: Bool

    package init(
        suite: HashSuite, random: any RandomSource, segmentByteCount: Int,
        preparesAhead: Bool = true
    ) {
        precondition(segmentByteCount >= 4096 && segmentByteCount % 512 == 0)
        self.suite = suite
        self.random = random
        self.segmentByteCount = segmentByteCount
        self.preparesAhead = preparesAhead
    }

    func frames(_ disk: any Disk, _ folder: String) -> FrameLog.Settings {
        FrameLog.Settings(
            disk: disk, folder: folder, suite: suite, segmentByteCount: segmentByteCount,
            preparesAhead: preparesAhead)
    }
}
