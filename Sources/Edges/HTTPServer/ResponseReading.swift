import CMicroHTTPD

/// Responses whose body libmicrohttpd asks for as it sends.
enum ResponseReading {
    /// Bytes asked for at once, if the connection's memory allows.
    private static let blockByteCount = 32 << 10

    /// `MHD_CONTENT_READER_END_OF_STREAM` and `…_WITH_ERROR`, macros that Swift does not see.
    private static let endOfStream = -1
    private static let endWithError = -2

    /// `MHD_SIZE_UNKNOWN`.
    private static let unknownSize = UInt64.max

    static func response(for stream: EventStream) -> OpaquePointer? {
        MHD_create_response_from_callback(
            unknownSize, blockByteCount,
            { context, _, buffer, count in
                guard let context, let buffer else { return ResponseReading.endWithError }
                let stream = Unmanaged<EventStream>.fromOpaque(context).takeUnretainedValue()
                switch stream.pull(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
                {
                case .bytes(let count): return count
                case .suspended: return 0
                case .end: return ResponseReading.endOfStream
                case .cut: return ResponseReading.endWithError
                }
            },
            Unmanaged.passRetained(stream).toOpaque(),
            { context in
                if let context { Unmanaged<EventStream>.fromOpaque(context).release() }
            })
    }

    /// A body source with the connection it is read for, whose deadline moves with each piece.
    private final class Reading {
        private let source: HTTPBodySource
        private let record: ConnectionRecord
        private let core: ServerCore

        init(_ source: HTTPBodySource, _ record: ConnectionRecord, _ core: ServerCore) {
            self.source = source
            self.record = record
            self.core = core
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
            record.expect(by: core.deadline(forReading: buffer.count))
            return source.read(into: buffer)
        }
    }

    static func response(
        for source: HTTPBodySource, to record: ConnectionRecord, _ core: ServerCore
    ) -> OpaquePointer? {
        MHD_create_response_from_callback(
            source.byteCount ?? unknownSize, blockByteCount,
            { context, _, buffer, count in
                guard let context, let buffer else { return ResponseReading.endWithError }
                let reading = Unmanaged<Reading>.fromOpaque(context).takeUnretainedValue()
                let space = UnsafeMutableRawBufferPointer(start: buffer, count: count)
                switch reading.read(into: space) {
                case .some(0): return ResponseReading.endOfStream
                case .some(let count): return count
                case .none: return ResponseReading.endWithError
                }
            },
            Unmanaged.passRetained(Reading(source, record, core)).toOpaque(),
            { context in
                if let context { Unmanaged<Reading>.fromOpaque(context).release() }
            })
    }
}
