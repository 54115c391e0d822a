package import Base
package import Cryptography
package import Ledger

/// How messages reach the other nodes of a zone: authenticated links, or memory in tests.
package protocol PeerTransport: AnyObject, Sendable {
    /// Begins to deliver; nothing comes before. May be called again after ``stop()``, with another
    /// key of the same node.
    ///
    /// - Parameters:
    ///   - key: what this node proves to the others.
    ///   - validators: who votes now, and so is let in.
    func start(
        _ receiver: any PeerReceiver, as key: SigningKey, among validators: ValidatorSet) throws

    /// Others vote from now on; called now and then even if they are the same.
    func update(_ validators: ValidatorSet)

    /// Sends without waiting; a message that finds no room or no link is dropped: voting repeats
    /// what matters.
    func send(_ message: [UInt8], to peer: PublicKey, urgency: PeerUrgency)

    /// Sends to every connected peer.
    func broadcast(_ message: [UInt8], urgency: PeerUrgency)

    /// The peer broke the protocol: the link is closed and logged once.
    func disconnect(_ peer: PublicKey, because reason: String)

    /// The links as an operator wants to see them.
    var links: [PeerLink] { get }

    /// What is wrong with the links themselves, such as certificates that end soon.
    var alarms: [Refusal] { get }

    /// Ends all links; nothing is delivered afterwards.
    func stop()
}

/// Whether a message may stand in line behind bodies and blocks.
package enum PeerUrgency: Hashable, Sendable {
    case vote
    case bulk
}

/// What a transport delivers, on its own threads.
package protocol PeerReceiver: AnyObject, Sendable {
    func connected(_ peer: PublicKey)
    func disconnected(_ peer: PublicKey)
    /// - Returns: false when the receiver has no room now: the transport keeps the message and
    ///   reads no more from the peer until it is taken.
    func received(_ message: [UInt8], from peer: PublicKey) -> Bool
}

/// One link, for people.
package struct PeerLink: Hashable, Sendable {
    package let key: PublicKey
    package let isConnected: Bool
    /// The program at the other end says this of itself.
    package let software: String?
    package let roundTripMicroseconds: UInt64?
    package let lastError: String?
    /// Days until the peer's certificate ends, negative when it has.
    package let certificateDays: Int64?

    package init(
        key: PublicKey, isConnected: Bool, software: String? = nil,
        roundTripMicroseconds: UInt64? = nil, lastError: String? = nil,
        certificateDays: Int64? = nil
    ) {
        (self.key, self.isConnected, self.software) = (key, isConnected, software)
        (self.roundTripMicroseconds, self.lastError) = (roundTripMicroseconds, lastError)
        self.certificateDays = certificateDays
    }
}
