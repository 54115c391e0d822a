import Synchronization

/// Messages that wait for one peer: bounded, votes first, filled by any thread.
final class LinkQueue: Sendable {
    /// Messages of one priority, the first perhaps sent in part.
    private struct Lane {
        private var messages: [[UInt8]] = []
        private var first = 0
        private var offset = 0

        var isEmpty: Bool { first == messages.count }

        mutating func append(_ message: [UInt8]) { messages.append(message) }

        /// Appends the frame of the next piece, and says how many bytes and messages that took.
        mutating func writePiece(
            _ end: LinkFrame.Kind, _ part: LinkFrame.Kind, into bytes: inout [UInt8]
        ) -> (byteCount: Int, isLast: Bool) {
            let message = messages[first]
            let count = min(message.count - offset, LinkFrame.pieceByteCount)
            let isLast = offset + count == message.count
            bytes += LinkFrame.head(isLast ? end : part, count)
            bytes += message[offset..<offset + count]
            offset += count
            guard isLast else { return (count, false) }
            offset = 0
            messages[first] = []
            first += 1
            if first == messages.count {
                messages.removeAll()
                first = 0
            } else if first >= 64, first * 2 >= messages.count {
                messages.removeFirst(first)
                first = 0
            }
            return (count, true)
        }
    }

    private struct State {
        var votes = Lane()
        var bulk = Lane()
        var byteCount = 0
        var count = 0
        var isClosed = false
    }

    private let limits: LinkLimits
    private let state = Mutex(State())

    init(limits: LinkLimits) { self.limits = limits }

    /// Bytes and messages that wait.
    var size: (byteCount: Int, count: Int) { state.withLock { ($0.byteCount, $0.count) } }

    /// Takes a message; false if it is too large, the queue is full, or the link has ended.
    func push(_ message: [UInt8], _ priority: LinkPriority) -> Bool {
        guard message.count <= limits.messageByteCountMax else { return false }
        return state.withLock { state in
            var (byteRoom, countRoom) = (limits.queueByteCountMax, limits.queueCountMax)
            // An empty queue takes any message, however large the votes' share is.
            if priority == .bulk, state.count > 0 {
                (byteRoom, countRoom) = (byteRoom / 4 * 3, countRoom / 4 * 3)
            }
            guard !state.isClosed, state.count < countRoom,
                state.byteCount + message.count <= byteRoom
            else { return false }
            state.byteCount += message.count
            state.count += 1
            switch priority {
            case .votes: state.votes.append(message)
            case .bulk: state.bulk.append(message)
            }
            return true
        }
    }

    /// Appends frames, votes first, until there is about one piece; returns the messages finished.
    func writeFrames(into bytes: inout [UInt8]) -> Int {
        state.withLock { state in
            var finished = 0
            while bytes.count < LinkFrame.pieceByteCount {
                let piece: (byteCount: Int, isLast: Bool)
                if !state.votes.isEmpty {
                    piece = state.votes.writePiece(.voteEnd, .votePart, into: &bytes)
                } else if !state.bulk.isEmpty {
                    piece = state.bulk.writePiece(.bulkEnd, .bulkPart, into: &bytes)
                } else {
                    break
                }
                state.byteCount -= piece.byteCount
                if piece.isLast {
                    state.count -= 1
                    finished += 1
                }
            }
            return finished
        }
    }

    /// Drops everything and takes nothing more.
    func close() {
        state.withLock { state in
            state = State()
            state.isClosed = true
        }
    }
}
