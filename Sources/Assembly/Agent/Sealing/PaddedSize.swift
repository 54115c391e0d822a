/// The sizes that sealed payloads may have, so that a length tells next to nothing.
///
/// Multiples of 256 bytes up to 4 KiB, then Padmé: the length keeps only as many leading bits as
/// its logarithm has digits. At most 7 % are added above 4 KiB, and a zone's records fall into a
/// few dozen sizes. Padmé alone would keep steps of 16 to 64 bytes for the short resources that
/// make up most of a record, which is why they get wider ones.
///
/// Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
/// PURBs", PETS 2019, §4 (Padmé).
enum PaddedSize {
    static let step = 256

    /// The smallest permitted size that is not below `count`.
    static func atLeast(_ count: Int) -> Int {
        let granularity = max(step, padmeGranularity(count))
        let size = (count + granularity - 1) / granularity * granularity
        return max(step, size)
    }

    private static func padmeGranularity(_ count: Int) -> Int {
        guard count >= 2 else { return 1 }
        let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
        let kept = Int.bitWidth - exponent.leadingZeroBitCount
        return 1 << max(0, exponent - kept)
    }
}
