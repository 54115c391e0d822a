import Compression
import Synchronization

/// Contexts of Zstandard: a thread takes one, or makes one, and gives it back.
final class ContextPool: Sendable {
    private let free = Mutex<[ZstandardContext]>([])

    func use<Answer, Failure: Error>(
        _ body: (ZstandardContext) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let context = free.withLock { $0.popLast() } ?? ZstandardContext()
        defer { free.withLock { $0.append(context) } }
        return try body(context)
    }
}
