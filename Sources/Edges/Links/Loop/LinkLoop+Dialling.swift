import Base
import Cryptography

/// Dialling peers and dialling them again.
extension LinkLoop {
    /// A link that stood this long makes the next waiting short again.
    private static let standing: UInt64 = 2_000_000_000

    /// Takes a new list of peers, and asks again who is admitted.
    func setPeers(_ peers: [LinkPeer], now: UInt64) {
        let old = dials
        dials = [:]
        for peer in peers where peer.key != ownKey {
            let dial: LinkDial
            if let kept = old[peer.key], kept.peer == peer {
                dial = kept
            } else {
                dial = LinkDial(peer, limits: limits, now: now)
            }
            dials[peer.key] = dial
            dial.backoff.reset()
            if dial.connection == nil { dial.dueAt = now }
            shared.update(peer.key) { _ in }
        }
        for dial in old.values where dials[dial.peer.key] !== dial {
            if let attempt = dial.connection, attempt.phase != .open {
                close(attempt, .replaced, now: now)
            }
        }
        for (key, connection) in open {
            guard let role = configuration.admit(key) else {
                close(connection, .notAdmitted, now: now)
                continue
            }
            connection.link?.setRole(role)
            shared.update(key) { $0.role = role }
        }
        forgetStrangers()
    }

    /// Dials every peer whose time has come.
    func dialDue(now: UInt64) {
        for (key, dial) in dials {
            guard let time = dial.dueAt, time <= now else { continue }
            dial.dueAt = nil
            if open[key] != nil || dial.connection != nil { continue }
            guard configuration.admit(key) != nil else {
                failed(dial, .notAdmitted, now: now)
                continue
            }
            if let address = SocketAddress(dial.peer.host, port: dial.peer.port) {
                self.dial(dial, address, now: now)
            } else {
                lookUp(dial, now: now)
            }
        }
    }

    private func lookUp(_ dial: LinkDial, now: UInt64) {
        let (key, shared) = (dial.peer.key, shared)
        if resolver == nil { resolver = try? NameResolver() }
        guard let resolver else { return failed(dial, .unresolved, now: now) }
        resolver.ask(dial.peer.host, port: dial.peer.port) { addresses in
            shared.request { $0.resolved[key] = addresses }
        }
    }

    /// A host's addresses have come, perhaps for a peer that is no longer wanted.
    func resolved(_ key: PublicKey, _ addresses: [SocketAddress], now: UInt64) {
        guard let dial = dials[key], dial.connection == nil, dial.dueAt == nil, open[key] == nil
        else { return }
        guard !addresses.isEmpty else { return failed(dial, .unresolved, now: now) }
        self.dial(dial, addresses[dial.attemptCount % addresses.count], now: now)
    }

    private func dial(_ dial: LinkDial, _ address: SocketAddress, now: UInt64) {
        dial.attemptCount += 1
        guard let socket = LinkSocket.dialling(address) else {
            return failed(dial, .unreachable, now: now)
        }
        socket.tune(silence: max(limits.silenceTime, limits.stallTime))
        let connection = LinkConnection(
            socket: socket, side: .initiator, target: dial.peer, address: address.text,
            deadline: now + limits.handshakeTime.wholeNanoseconds)
        dial.connection = connection
        connections.append(connection)
    }

    /// An attempt that never became a connection.
    private func failed(_ dial: LinkDial, _ fault: LinkFault, now: UInt64) {
        shared.count(fault)
        faults.note(fault, .key(dial.peer.key), now: now)
        ended(dial, fault, wasOpen: nil, now: now)
    }

    /// An attempt or a link has ended: when to dial again.
    func ended(_ dial: LinkDial, _ fault: LinkFault, wasOpen link: OpenLink?, now: UInt64) {
        dial.connection = nil
        if open[dial.peer.key] == nil { shared.update(dial.peer.key) { $0.lastFault = fault } }
        if let link, now >= link.openedAt, now - link.openedAt >= Self.standing {
            dial.backoff.reset()
        }
        var wait = dial.backoff.wait(configuration.random)
        if fault.isLasting { wait = max(wait, limits.refusedRedialTime.wholeNanoseconds) }
        dial.dueAt = now + wait
    }
}
