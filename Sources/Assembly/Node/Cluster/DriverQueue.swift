import Base
import Cryptography
import Finality
import System

/// What waits for the thread that drives the participant; bounded for each peer.
final class DriverQueue: Sendable {
    /// Bytes of one peer's messages that may wait.
    private static let peerByteCount = 24 << 20

    enum Item: Sendable {
        case input(ParticipantInput)
        /// A decoded message of a peer and its size on the wire.
        case message(FinalityMessage, from: PublicKey, byteCount: Int)
        /// Clients' transactions wait in the node's pool.
        case pool
        case stop
    }

    private struct State {
        var items: [Item] = []
        var byteCounts: [PublicKey: Int] = [:]
        var isPoolNoted = false
    }

    private let state = ConditionMutex(State())

    func add(_ input: ParticipantInput) { state.withLock { $0.items.append(.input(input)) } }

    func addStop() { state.withLock { $0.items.append(.stop) } }

    /// Notes that the pool has something; once is enough until the thread has looked.
    func notePool() {
        state.withLock { state in
            guard !state.isPoolNoted else { return }
            state.isPoolNoted = true
            state.items.append(.pool)
        }
    }

    /// - Returns: false when too much of this peer waits already.
    func add(_ message: FinalityMessage, from peer: PublicKey, byteCount: Int) -> Bool {
        state.withLock { state in
            guard state.byteCounts[peer, default: 0] < Self.peerByteCount else { return false }
            state.byteCounts[peer, default: 0] += byteCount
            state.items.append(.message(message, from: peer, byteCount: byteCount))
            return true
        }
    }

    /// Everything that waits, after at most `milliseconds`.
    func take(within milliseconds: UInt64) -> [Item] {
        state.wait(milliseconds: milliseconds) { state -> [Item]? in
            guard !state.items.isEmpty else { return nil }
            defer {
                state.items = []
                state.byteCounts = [:]
                state.isPoolNoted = false
            }
            return state.items
        } ?? []
    }
}
