import Base
import Cryptography
import Ledger
import Node
import Synchronization
import System

/// Links of one process: every node reaches every other at once, unless a test cuts them.
final class LocalMesh: Sendable {
    private struct State {
        var receivers: [PublicKey: any PeerReceiver] = [:]
        var cut: Set<PublicKey> = []
    }

    private let state = Mutex(State())

    func transport(of key: PublicKey) -> LocalTransport { LocalTransport(key: key, mesh: self) }

    /// Cuts a node off from all others, or lets it back.
    func cut(_ key: PublicKey, _ isCut: Bool) {
        let pairs = state.withLock { state -> [(any PeerReceiver, PublicKey)] in
            if isCut { state.cut.insert(key) } else { state.cut.remove(key) }
            guard let own = state.receivers[key] else { return [] }
            return state.receivers.filter { $0.key != key && !state.cut.contains($0.key) }
                .flatMap { [($0.value, key), (own, $0.key)] }
        }
        for (receiver, peer) in pairs {
            if isCut { receiver.disconnected(peer) } else { receiver.connected(peer) }
        }
    }

    fileprivate func join(_ key: PublicKey, _ receiver: any PeerReceiver) {
        let others = state.withLock { state -> [(PublicKey, any PeerReceiver)] in
            let others = state.receivers.map { ($0.key, $0.value) }
            state.receivers[key] = receiver
            return others
        }
        for (peer, other) in others {
            other.connected(key)
            receiver.connected(peer)
        }
    }

    fileprivate func leave(_ key: PublicKey) {
        let others = state.withLock { state -> [any PeerReceiver] in
            state.receivers[key] = nil
            return Array(state.receivers.values)
        }
        for other in others { other.disconnected(key) }
    }

    fileprivate func deliver(_ message: [UInt8], from sender: PublicKey, to peer: PublicKey?) {
        let receivers = state.withLock { state -> [any PeerReceiver] in
            guard !state.cut.contains(sender) else { return [] }
            return state.receivers.filter { key, _ in
                key != sender && !state.cut.contains(key) && (peer == nil || peer == key)
            }.map(\.value)
        }
        for receiver in receivers { _ = receiver.received(message, from: sender) }
    }
}

/// One node's end of the mesh.
final class LocalTransport: PeerTransport {
    private let current: Mutex<PublicKey>
    private let mesh: LocalMesh

    private var key: PublicKey { current.withLock { $0 } }

    init(key: PublicKey, mesh: LocalMesh) {
        current = Mutex(key)
        self.mesh = mesh
    }

    func start(
        _ receiver: any PeerReceiver, as key: SigningKey, among validators: ValidatorSet
    ) throws {
        current.withLock { $0 = key.publicKey }
        mesh.join(key.publicKey, receiver)
    }

    func update(_ validators: ValidatorSet) {}

    func send(_ message: [UInt8], to peer: PublicKey, urgency: PeerUrgency) {
        mesh.deliver(message, from: key, to: peer)
    }

    func broadcast(_ message: [UInt8], urgency: PeerUrgency) {
        mesh.deliver(message, from: key, to: nil)
    }

    func disconnect(_ peer: PublicKey, because reason: String) {}

    var links: [PeerLink] { [] }

    var alarms: [Refusal] { [] }

    func stop() { mesh.leave(key) }
}
