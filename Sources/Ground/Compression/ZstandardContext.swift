import CZstandard

/// The library's memory for one frame after another, which costs more to make than a small frame.
// @unchecked: whoever shares contexts gives each to one thread at a time.
package final class ZstandardContext: @unchecked Sendable {
    private var compressing: OpaquePointer?
    private var decompressing: OpaquePointer?

    package init() {}

    deinit {
        ZSTD_freeCCtx(compressing)
        ZSTD_freeDCtx(decompressing)
    }

    /// The bytes as one frame that states its size; nil when there is no memory.
    package func compress(
        _ bytes: [UInt8], level: Int32 = Zstandard.standardLevel
    ) -> [UInt8]? {
        if compressing == nil { compressing = ZSTD_createCCtx() }
        guard let context = compressing else { return nil }
        let bound = ZSTD_compressBound(bytes.count)
        var status = 0
        // Returns the size, or what ZSTD_isError knows; the buffer is ours.
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            status = ZSTD_compressCCtx(
                context, buffer.baseAddress, bound, bytes, bytes.count, level)
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        return ZSTD_isError(status) == 0 ? compressed : nil
    }

    /// The content of one frame that states its size, at most `limit` bytes.
    package func decompress(
        _ bytes: [UInt8], limit: Int
    ) throws(ZstandardError) -> [UInt8] {
        // The two largest numbers say that the size is unknown or the frame is none.
        let stated = ZSTD_getFrameContentSize(bytes, bytes.count)
        guard stated < UInt64.max - 1 else { throw .corrupt }
        guard let size = Int(exactly: stated), size <= limit else {
            throw .tooLarge(limit: limit)
        }
        if decompressing == nil { decompressing = ZSTD_createDCtx() }
        guard let context = decompressing else { throw .corrupt }
        var status = 0
        let content = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            status = ZSTD_decompressDCtx(context, buffer.baseAddress, size, bytes, bytes.count)
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0, content.count == size else { throw .corrupt }
        return content
    }
}
