import CZstandard

/// Why compressed bytes could not be read.
package enum ZstandardError: Error, Hashable, Sendable {
    /// Not Zstandard, damaged, cut off, or without its size.
    case corrupt
    /// The content is larger than the caller allows.
    case tooLarge(limit: Int)
}

/// Zstandard (RFC 8878) of whole byte arrays, one frame each.
package enum Zstandard {
    /// The level of the library's own tool: much gain for little time.
    package static let standardLevel: Int32 = 3

    /// The bytes as one frame that states its size; nil when there is no memory.
    package static func compress(
        _ bytes: [UInt8], level: Int32 = standardLevel
    ) -> [UInt8]? {
        ZstandardContext().compress(bytes, level: level)
    }

    /// The content of one frame that states its size, at most `limit` bytes.
    package static func decompress(
        _ bytes: [UInt8], limit: Int
    ) throws(ZstandardError) -> [UInt8] {
        try ZstandardContext().decompress(bytes, limit: limit)
    }
}
