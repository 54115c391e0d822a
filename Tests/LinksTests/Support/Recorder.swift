import Cryptography
import Links
import System

/// A receiver that keeps what it is told.
final class Recorder: LinkReceiver {
    struct Record: Sendable {
        var messages: [(key: PublicKey, bytes: [UInt8])] = []
        var connected: [LinkInfo] = []
        var disconnected: [(key: PublicKey, reason: LinkFault)] = []
        var isBusy = false
        var busyCount = 0
    }

    private let record = ConditionMutex(Record())

    func received(_ message: [UInt8], from key: PublicKey) -> LinkReception {
        record.withLock { record in
            guard !record.isBusy else {
                record.busyCount += 1
                return .busy
            }
            record.messages.append((key, message))
            return .taken
        }
    }

    func connected(_ link: LinkInfo) { record.withLock { $0.connected.append(link) } }

    func disconnected(_ key: PublicKey, _ reason: LinkFault) {
        record.withLock { $0.disconnected.append((key, reason)) }
    }

    var current: Record { record.withLock { $0 } }

    func setBusy(_ isBusy: Bool) { record.withLock { $0.isBusy = isBusy } }

    /// What came from a node, in order.
    func messages(from key: PublicKey) -> [[UInt8]] {
        current.messages.filter { $0.key == key }.map(\.bytes)
    }
}
