import CLinux

/// Why compressed bytes could not be read.
package enum Bzip2Error: Error, Hashable, Sendable {
    /// Not bzip2, damaged, or cut off. The file is bad: fetch it again.
    case corrupt
    /// The content is larger than the caller allows.
    case tooLarge(limit: Int)
    /// No memory for the decoder.
    case noMemory
}

/// Reads bzip2, the compression of several public data sets.
package enum Bzip2 {
    private static let bufferByteCount = 1 << 16

    /// The content of one or more concatenated streams, at most `limit` bytes.
    package static func decompress(
        _ bytes: [UInt8], limit: Int
    ) throws(Bzip2Error) -> [UInt8] {
        var content: [UInt8] = []
        var failure: Bzip2Error?
        try decompress(bytes) { chunk in
            guard chunk.count <= limit - content.count else {
                failure = .tooLarge(limit: limit)
                return false
            }
            content.append(contentsOf: chunk)
            return true
        }
        if let failure { throw failure }
        return content
    }

    /// Hands the content on in pieces of at most 64 KiB until the closure returns false.
    package static func decompress(
        _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(Bzip2Error) {
        var consumed = 0
        repeat {
            let used = try decompressStream(bytes, from: consumed, body)
            guard let used else { return }
            consumed += used
        } while consumed < bytes.count
    }

    /// Decodes one stream and returns how many bytes it took; nil when the closure had enough.
    private static func decompressStream(
        _ bytes: [UInt8], from start: Int, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(Bzip2Error) -> Int? {
        var stream = bz_stream()
        // Success is BZ_OK; the library allocates, BZ2_bzDecompressEnd frees.
        guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw .noMemory }
        defer { BZ2_bzDecompressEnd(&stream) }
        let output = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bufferByteCount)
        defer { output.deallocate() }
        return try bytes.withUnsafeBufferPointer { (bytes) throws(Bzip2Error) -> Int? in
            let input = UnsafeRawBufferPointer(bytes)
            var position = start
            while true {
                if stream.avail_in == 0 {
                    let count = min(input.count - position, 1 << 20)
                    let piece = UnsafeRawBufferPointer(rebasing: input[position..<position + count])
                    // The decoder only reads its input, although its type says otherwise.
                    stream.next_in = UnsafeMutablePointer(
                        mutating: piece.assumingMemoryBound(to: CChar.self).baseAddress)
                    stream.avail_in = UInt32(count)
                    position += count
                }
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(bufferByteCount)
                let result = BZ2_bzDecompress(&stream)
                guard result == BZ_OK || result == BZ_STREAM_END else {
                    throw result == BZ_MEM_ERROR ? .noMemory : .corrupt
                }
                let produced = bufferByteCount - Int(stream.avail_out)
                if produced > 0, !body(.init(start: output.baseAddress, count: produced)) {
                    return nil
                }
                if result == BZ_STREAM_END { return position - Int(stream.avail_in) - start }
                // No progress is possible any more: the stream is cut off.
                if produced == 0, stream.avail_in == 0, position == input.count {
                    throw .corrupt
                }
            }
        }
    }
}
