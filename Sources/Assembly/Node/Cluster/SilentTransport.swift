package import Base
package import Cryptography
package import Ledger

/// No links at all: for looking into the folder of a node without taking part.
package final class SilentTransport: PeerTransport {
    package init() {}

    package func start(
        _ receiver: any PeerReceiver, as key: SigningKey, among validators: ValidatorSet
    ) throws {}

    package func update(_ validators: ValidatorSet) {}

    package func send(_ message: [UInt8], to peer: PublicKey, urgency: PeerUrgency) {}

    package func broadcast(_ message: [UInt8], urgency: PeerUrgency) {}

    package func disconnect(_ peer: PublicKey, because reason: String) {}

    package var links: [PeerLink] { [] }

    package var alarms: [Refusal] { [] }

    package func stop() {}
}
