import CZstandard
import Synchronization

/// Contexts of Zstandard, which are large and cost more to make than a small body to compress.
///
/// A thread takes one, or makes one, and gives it back.
final class Zstandard: Sendable {
    static let shared = Zstandard()

    // Pointers are not Sendable, but a context belongs to whoever took it out.
    private struct Contexts: @unchecked Sendable {
        var compressing: [OpaquePointer] = []
        var decompressing: [OpaquePointer] = []
    }

    private let free = Mutex(Contexts())

    /// The size, or an error that `ZSTD_isError` knows.
    func compress(
        _ bytes: [UInt8], into buffer: UnsafeMutableBufferPointer<UInt8>, level: Int32
    ) -> Int {
        let known = free.withLock { $0.compressing.popLast() }
        guard let context = known ?? ZSTD_createCCtx() else { return Self.noMemory }
        defer { free.withLock { $0.compressing.append(context) } }
        return ZSTD_compressCCtx(
            context, buffer.baseAddress, buffer.count, bytes, bytes.count, level)
    }

    /// The size, or an error that `ZSTD_isError` knows.
    func decompress(
        _ bytes: [UInt8], into buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        let known = free.withLock { $0.decompressing.popLast() }
        guard let context = known ?? ZSTD_createDCtx() else { return Self.noMemory }
        defer { free.withLock { $0.decompressing.append(context) } }
        return ZSTD_decompressDCtx(
            context, buffer.baseAddress, buffer.count, bytes, bytes.count)
    }

    /// What the library itself returns when memory is short: minus its number of the error.
    private static let noMemory = -64
}
