package import Base
package import Cryptography
package import Ledger
package import Links
import Synchronization
package import System

/// Authenticated links as the transport of a node: lets in who votes now, and the observers that
/// the operator named; dials those of them whose address is known.
///
/// Whoever breaks the protocol is let in again after a minute: by then a mistake may be mended, and
/// an attacker has gained little.
package final class LinkTransport: PeerTransport {
    /// Seconds for which an offender is refused.
    private static let refusalSeconds: UInt64 = 60

    /// What an operator configures.
    package struct Settings: Sendable {
        package var chain: Hash256
        package var certificate: LinkCertificate
        package var listen: LinkConfiguration.Endpoint?
        /// Where other nodes listen; those that may not link with us are not dialled.
        package var peers: [LinkPeer] = []
        /// Nodes that follow the chain without a vote.
        package var observers: Set<PublicKey> = []
        package var software = "kanglian"
        package var limits = LinkLimits()
        package var logger: Logger = .silent

        package init(
            chain: Hash256, certificate: LinkCertificate, listen: LinkConfiguration.Endpoint?
        ) {
            (self.chain, self.certificate, self.listen) = (chain, certificate, listen)
        }
    }

    private struct State {
        var open: Links?
        /// Why the links could not be opened.
        var failure: LinkError?
        var own: PublicKey?
        var validators: Set<PublicKey> = []
        /// The keys of the current set by account, to notice which one took another's place.
        var keys: [AccountID: PublicKey] = [:]
        /// Keys that were replaced while this node ran.
        var successors: [PublicKey: PublicKey] = [:]
        /// Until when offenders are refused.
        var refused: [PublicKey: Timestamp] = [:]

        /// Takes over the current set; true when it has changed.
        @discardableResult
        mutating func follow(_ set: ValidatorSet) -> Bool {
            let next = Set(set.validators.map(\.key))
            guard next != validators else { return false }
            validators = next
            for validator in set.validators {
                let old = keys.updateValue(validator.key, forKey: validator.account)
                guard let old, old != validator.key else { continue }
                for (key, successor) in successors where successor == old {
                    successors[key] = validator.key
                }
                successors[old] = validator.key
                successors[validator.key] = nil
            }
            return true
        }
    }

    private let settings: Settings
    private let random: any RandomSource
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())

    package init(
        _ settings: Settings, random: any RandomSource,
        clock: @escaping @Sendable () -> Timestamp = { SystemClock.now }
    ) {
        (self.settings, self.random, self.clock) = (settings, random, clock)
    }

    package func start(
        _ receiver: any PeerReceiver, as key: SigningKey, among validators: ValidatorSet
    ) throws {
        let own = key.publicKey
        state.withLock { state in
            state.own = own
            state.follow(validators)
        }
        var configuration = LinkConfiguration(
            key: key, chain: settings.chain, certificate: settings.certificate, random: random
        ) { [weak self] key in self?.role(of: key) }
        configuration.role = role(of: own) ?? .observer
        configuration.listen = settings.listen
        configuration.peers = dialled
        configuration.software = settings.software
        configuration.limits = settings.limits
        configuration.clock = clock
        configuration.logger = settings.logger
        do throws(LinkError) {
            let links = try Links(configuration, receiver: LinkInbox(receiver))
            state.withLock { ($0.open, $0.failure) = (links, nil) }
            try links.start()
        } catch {
            state.withLock { ($0.open, $0.failure) = (nil, error) }
            throw error
        }
    }

    /// The port that links are accepted on.
    package var port: UInt16? { open?.port }

    private var open: Links? { state.withLock { $0.open } }

    /// As what a node is let in; nil when it is not.
    private func role(of key: PublicKey) -> LinkRole? {
        state.withLock { state in
            guard state.refused[key] == nil else { return nil }
            if state.validators.contains(key) { return .validator }
            return settings.observers.contains(key) ? .observer : nil
        }
    }

    private var dialled: [LinkPeer] {
        let (own, successors) = state.withLock { ($0.own, $0.successors) }
        return settings.peers.map { peer in
            LinkPeer(
                key: successors[peer.key] ?? peer.key, host: peer.host, port: peer.port)
        }.filter { $0.key != own && role(of: $0.key) != nil }
    }

    // MARK: PeerTransport

    package func send(_ message: [UInt8], to peer: PublicKey, urgency: PeerUrgency) {
        _ = open?.send(message, to: peer, priority: urgency.priority)
    }

    package func broadcast(_ message: [UInt8], urgency: PeerUrgency) {
        open?.broadcast(message, priority: urgency.priority)
    }

    package func update(_ validators: ValidatorSet) {
        let now = clock()
        let isChanged = state.withLock { state in
            let forgiven = state.refused.filter { $0.value <= now }
            for key in forgiven.keys { state.refused[key] = nil }
            return state.follow(validators) || !forgiven.isEmpty
        }
        if isChanged { readmit() }
    }

    package func disconnect(_ peer: PublicKey, because reason: String) {
        let until = clock().advanced(bySeconds: Self.refusalSeconds)
        let isNew = state.withLock { state in
            state.refused.updateValue(until, forKey: peer) == nil
        }
        guard isNew else { return }
        readmit()
        settings.logger.log(
            .warning, "peer.refused",
            ["peer": .hash(HashSuite.sha256.hash(peer.tagged)), "reason": .name(reason)])
    }

    /// Has the links ask again about everyone: this closes those with who may not stay.
    private func readmit() {
        do throws(LinkError) {
            try open?.setPeers(dialled)
        } catch {
            settings.logger.log(.error, "peers.refused", ["refusal": .refusal(error.refusal)])
        }
    }

    package var links: [PeerLink] {
        let now = clock()
        return (open?.status ?? []).map { PeerLink($0, now: now) }
    }

    package var alarms: [Refusal] {
        let (open, failure) = state.withLock { ($0.open, $0.failure) }
        return [failure?.refusal].compactMap(\.self)
            + (open?.alarms(at: clock()).map(\.refusal) ?? [])
    }

    package func stop() {
        state.withLock { state in
            defer { state.open = nil }
            return state.open
        }?.stop()
    }
}

/// Hands over what comes from the links, and lets them wait when the node is busy.
private final class LinkInbox: LinkReceiver {
    private let receiver: any PeerReceiver

    init(_ receiver: any PeerReceiver) { self.receiver = receiver }

    func received(_ message: [UInt8], from key: PublicKey) -> LinkReception {
        receiver.received(message, from: key) ? .taken : .busy
    }

    func connected(_ link: LinkInfo) { receiver.connected(link.key) }

    func disconnected(_ key: PublicKey, _ reason: LinkFault) { receiver.disconnected(key) }
}

extension PeerUrgency {
    fileprivate var priority: LinkPriority {
        switch self {
        case .vote: .votes
        case .bulk: .bulk
        }
    }
}

extension PeerLink {
    private static let day: Int64 = 86_400_000

    fileprivate init(_ status: LinkStatus, now: Timestamp) {
        let days = status.certificateExpiry.map { expiry in
            (Int64(clamping: expiry.milliseconds) - Int64(clamping: now.milliseconds)) / Self.day
        }
        self.init(
            key: status.key, isConnected: status.isConnected, software: status.software,
            roundTripMicroseconds: status.roundTrip.map { trip in
                let (seconds, attoseconds) = trip.components
                return UInt64(clamping: seconds) &* 1_000_000
                    &+ UInt64(clamping: attoseconds / 1_000_000_000_000)
            },
            lastError: status.lastFault.map { String(describing: $0) }, certificateDays: days)
    }
}
