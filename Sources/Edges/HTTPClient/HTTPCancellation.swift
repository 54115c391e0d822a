import CCurl
import Synchronization

/// Breaks off exchanges from another thread, at once; once cancelled it stays so.
package final class HTTPCancellation: Sendable {
    private struct State {
        var isCancelled = false
        var transfers: [CurlHandle] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Ends every exchange that was given this object, and each later one.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            for transfer in state.transfers { transfer.wake() }
        }
    }

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func enter(_ handle: CurlHandle) { state.withLock { $0.transfers.append(handle) } }

    func leave(_ handle: CurlHandle) {
        state.withLock { $0.transfers.removeAll { $0 === handle } }
    }
}
