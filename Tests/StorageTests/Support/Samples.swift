import Base
import Cryptography
import Storage
import StorageFiles

/// Content and settings that tests share.
enum Samples {
    /// The vault's hash in tests.
    static let hash: ContentHash = { HashSuite.sha256.hash($0) }

    /// Small segments, so that a short load passes through several; no helper thread.
    static func settings(
        seed: UInt64 = 1, suite: HashSuite = .sha256, segmentByteCount: Int = 4096,
        preparesAhead: Bool = false
    ) -> FileLogSettings {
        FileLogSettings(
            suite: suite, random: SeededRandom(seed: seed), segmentByteCount: segmentByteCount,
            preparesAhead: preparesAhead)
    }

    /// Random records of lengths around the edges of sectors and segments, some empty.
    static func records(seed: UInt64, count: Int) -> [[UInt8]] {
        let random = SeededRandom(seed: seed)
        let lengths = [0, 1, 7, 8, 455, 464, 512, 900, 1500, 3000, 3984, 3985, 5000, 9000]
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            random.bytes(lengths[Int.random(in: 0..<lengths.count, using: &generator)])
        }
    }
}
