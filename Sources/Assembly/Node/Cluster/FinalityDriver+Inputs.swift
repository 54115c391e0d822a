import Base
import Cryptography
import Encoding
import Finality
import Ledger
import Ordering

/// What a driver hears from peers, from the engine and from its helper, on their threads.
extension FinalityDriver: PeerReceiver {
    func connected(_ peer: PublicKey) { queue.add(.connected(peer)) }

    func disconnected(_ peer: PublicKey) { queue.add(.disconnected(peer)) }

    func received(_ message: [UInt8], from peer: PublicKey) -> Bool {
        guard message.count <= FinalityLimits.messageByteCount,
            let decoded = try? FinalityMessage(decoding: message)
        else {
            transport.disconnect(peer, because: Offence.malformed.rawValue)
            return true
        }
        switch decoded {
        case .blobRequest(let digest):
            helper.serveBlob(digest, to: peer)
            return true
        case .blob(let bytes):
            blobs.received(bytes)
            return true
        default: return queue.add(decoded, from: peer, byteCount: message.count)
        }
    }
}

extension FinalityDriver: OrderingReceiver {
    func ordered(_ record: [UInt8], at position: EnginePosition) {
        queue.add(
            .record(
                try? SignedBatch(decoding: record), stream: position.stream,
                sequence: position.sequence))
    }

    func engineChanged(_ health: EngineHealth) {
        helper.engineHealth = health
        alarms.note(health)
        queue.add(.engine(isUp: health.state == .working))
    }
}

extension FinalityDriver: DriverHelperOwner {
    func checked(_ body: Hash256, isValid: Bool) { queue.add(.checked(body, isValid: isValid)) }

    func admitted(_ transactions: [PendingTransaction]) {
        queue.add(.submitted(transactions, isOwn: false))
    }

    func send(_ message: FinalityMessage, to peer: PublicKey) {
        transport.send(message.encoded, to: peer, urgency: .bulk)
    }
}

extension FinalityMessage {
    /// Votes go before bodies and blocks.
    var urgency: PeerUrgency {
        switch self {
        case .body, .blocks, .transactions, .blob: .bulk
        default: .vote
        }
    }
}

extension PendingTransaction {
    init(_ transaction: SignedTransaction) {
        self.init(
            id: transaction.id, bytes: transaction.bytes, validUntil: transaction.body.validUntil)
    }
}

extension ChainTip {
    init(_ head: Head) {
        self.init(
            height: head.height, digest: head.digest, time: head.time, position: head.position,
            epoch: head.epoch, set: head.validators)
    }
}
