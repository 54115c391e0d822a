import Synchronization

/// One step of a body that is made while it is sent.
package enum HTTPBodyPiece: Sendable {
    case bytes([UInt8])
    case end

    /// The rest cannot be made; the connection is cut, so that the client sees a broken message.
    case failed
}

/// A large body, made piece by piece on the server's thread as the client reads it.
///
/// Only one piece is in memory at a time. `next` must not block for long: other connections of the
/// same thread wait meanwhile.
package final class HTTPBodySource: Sendable {
    private struct State {
        var piece: [UInt8] = []
        var position = 0
        var outcome: HTTPBodyPiece?
    }

    /// The whole length in bytes, sent as `Content-Length`; nil sends chunks.
    package let byteCount: UInt64?

    private let next: @Sendable () -> HTTPBodyPiece
    private let state = Mutex(State())

    /// Sends what `next` returns, which is not called again after `end` or `failed`.
    package init(byteCount: UInt64? = nil, next: @escaping @Sendable () -> HTTPBodyPiece) {
        self.byteCount = byteCount
        self.next = next
    }

    /// Copies the next bytes out; 0 at the end, nil if the source failed.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        state.withLock { state in
            while state.position == state.piece.count {
                let piece = state.outcome ?? next()
                switch piece {
                case .bytes(let bytes):
                    state.piece = bytes
                    state.position = 0
                case .end:
                    state.outcome = piece
                    return 0
                case .failed:
                    state.outcome = piece
                    return nil
                }
            }
            let count = min(buffer.count, state.piece.count - state.position)
            buffer.copyBytes(from: state.piece[state.position..<state.position + count])
            state.position += count
            return count
        }
    }
}
