/// Writes levels in Parquet's hybrid of runs and bit-packed groups.
///
/// A run of eight or more equal levels takes two bytes and a little more; what changes quickly is
/// packed in groups of eight. The last group is filled with zeros, which readers do not count.
///
/// Source: Apache Parquet, `Encodings.md`, "Run Length Encoding / Bit-Packing Hybrid".
enum LevelEncoder {
    /// The levels, each of `bitWidth` bits, which is at most 8.
    static func encode(_ levels: [UInt8], bitWidth: Int) -> [UInt8] {
        var output: [UInt8] = []
        var packed: [UInt8] = []
        var position = 0
        while position < levels.count {
            let level = levels[position]
            let run = levels[position...].prefix { $0 == level }.count
            let gap = (8 - packed.count % 8) % 8
            if gap == 0, run >= 8 {
                pack(&packed, bitWidth, into: &output)
                output.append(varint: UInt64(run) << 1)
                output.append(level)
                position += run
            } else {
                // What is left of a run after its group is looked at again.
                let count = gap == 0 ? run : min(run, gap)
                packed.append(contentsOf: repeatElement(level, count: count))
                position += count
            }
        }
        pack(&packed, bitWidth, into: &output)
        return output
    }

    /// Empties the buffer into groups of eight: a header, then the lowest bits first.
    private static func pack(
        _ levels: inout [UInt8], _ bitWidth: Int, into output: inout [UInt8]
    ) {
        guard !levels.isEmpty else { return }
        let groups = (levels.count + 7) / 8
        output.append(varint: UInt64(groups) << 1 | 1)
        levels.append(contentsOf: repeatElement(0, count: groups * 8 - levels.count))
        output.append(contentsOf: bits(levels, width: bitWidth))
        levels = []
    }

    /// Numbers of `width` bits one after the other, the lowest bits first.
    static func bits(_ numbers: [UInt8], width: Int) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity((numbers.count * width + 7) / 8)
        var (buffer, filled) = (UInt32(0), 0)
        for number in numbers {
            buffer |= UInt32(number) << UInt32(filled)
            filled += width
            while filled >= 8 {
                output.append(UInt8(truncatingIfNeeded: buffer))
                buffer >>= 8
                filled -= 8
            }
        }
        if filled > 0 { output.append(UInt8(truncatingIfNeeded: buffer)) }
        return output
    }
}
