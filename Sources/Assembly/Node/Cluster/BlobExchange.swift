import Base
import Cryptography
import Finality
import Storage
import System

/// Sealed bodies that another node's vault holds: asked for when a reader needs them here.
///
/// What comes is checked against its address, and kept, so that it is asked for once. Nothing in it
/// can be read without the resident's consent: it is ciphertext.
final class BlobExchange: Sendable {
    /// Milliseconds that a reader waits for other nodes.
    private static let patience: UInt64 = 3000
    /// Readers that wait at a time.
    private static let waitingLimit = 256

    private struct State {
        var wanted: [Hash256: Int] = [:]
        var arrived: [Hash256: [UInt8]] = [:]
    }

    private let vault: any BlobStore
    private let hash: ContentHash
    private let transport: any PeerTransport
    private let state = ConditionMutex(State())

    init(vault: any BlobStore, hash: @escaping ContentHash, transport: any PeerTransport) {
        (self.vault, self.hash, self.transport) = (vault, hash, transport)
    }

    /// The blob from this vault, or from the first node that has it; nil when none answers.
    func fetch(_ address: BlobAddress) throws(StorageError) -> [UInt8]? {
        if let bytes = try vault.get(address) { return bytes }
        let mayWait = state.withLock { state in
            guard state.wanted.count < Self.waitingLimit else { return false }
            state.wanted[address.digest, default: 0] += 1
            return true
        }
        guard mayWait else { return nil }
        transport.broadcast(
            FinalityMessage.blobRequest(address.digest).encoded, urgency: .vote)
        let bytes = state.wait(milliseconds: Self.patience) { $0.arrived[address.digest] }
        state.withLock { state in
            let others = (state.wanted[address.digest] ?? 1) - 1
            state.wanted[address.digest] = others > 0 ? others : nil
            if others <= 0 { state.arrived[address.digest] = nil }
        }
        if let bytes { _ = try vault.put([bytes]) }
        return bytes
    }

    /// Takes an answer, if somebody waits for exactly these bytes.
    func received(_ bytes: [UInt8]) {
        let digest = hash(bytes)
        state.withLock { state in
            if state.wanted[digest] != nil { state.arrived[digest] = bytes }
        }
    }
}
