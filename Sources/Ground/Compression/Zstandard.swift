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
        let bound = ZSTD_compressBound(bytes.count)
        var status = 0
        // Returns the size, or what ZSTD_isError knows; the buffer is ours.
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            status = ZstandardContexts.shared.compress(bytes, into: buffer, level: level)
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        return ZSTD_isError(status) == 0 ? compressed : nil
    }

    /// The content of one frame that states its size, at most `limit` bytes.
    package static func decompress(
        _ bytes: [UInt8], limit: Int
    ) throws(ZstandardError) -> [UInt8] {
        // The two largest numbers say that the size is unknown or the frame is none.
        let stated = ZSTD_getFrameContentSize(bytes, bytes.count)
        guard stated < UInt64.max - 1 else { throw .corrupt }
        guard let size = Int(exactly: stated), size <= limit else {
            throw .tooLarge(limit: limit)
        }
        var status = 0
        let content = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            status = ZstandardContexts.shared.decompress(bytes, into: buffer)
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0, content.count == size else { throw .corrupt }
        return content
    }
}
