/// The order of keys: byte by byte, a prefix before what it begins.
package enum ByteOrder {
    /// Whether `left` comes before `right`.
    package static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { first in
            right.withUnsafeBytes { second in
                let shared = min(first.count, second.count)
                var index = 0
                while index + 8 <= shared {
                    let one = first.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    let other = second.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    if one != other { return one.bigEndian < other.bigEndian }
                    index += 8
                }
                while index < shared {
                    if first[index] != second[index] { return first[index] < second[index] }
                    index += 1
                }
                return first.count < second.count
            }
        }
    }

    /// The first key after all keys that start with `prefix`; nil when there is no such bound.
    package static func upperBound(ofPrefix prefix: [UInt8]) -> [UInt8]? {
        var bound = prefix
        while let last = bound.popLast() {
            if last != 0xFF {
                bound.append(last + 1)
                return bound
            }
        }
        return nil
    }
}
