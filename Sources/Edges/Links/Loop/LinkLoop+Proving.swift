import Base
import Cryptography
import System

/// From a secured channel to an open link.
extension LinkLoop {
    /// Takes a connection from a stranger, within the bounds on strangers.
    func accept(_ socket: LinkSocket, _ address: String, now: UInt64) {
        let halfOpen = connections.filter(\.isHalfOpen)
        let isCrowded =
            halfOpen.count { $0.address == address } >= limits.halfOpenCountMaxPerAddress
        guard accepts.admit(address, now: now), !isCrowded else {
            shared.count(.crowded)
            faults.note(.crowded, .address(address), now: now)
            return
        }
        // Honest handshakes take milliseconds: the oldest is the one least likely to be honest.
        if halfOpen.count >= limits.halfOpenCountMax, let oldest = halfOpen.first {
            close(oldest, .crowded, now: now)
        }
        socket.tune(silence: max(limits.silenceTime, limits.stallTime))
        connections.append(
            LinkConnection(
                socket: socket, side: .acceptor, target: nil, address: address,
                deadline: now + limits.handshakeTime.wholeNanoseconds))
    }

    /// The channel stands: the dialler greets.
    func begin(_ connection: LinkConnection) throws(LinkFault) {
        guard let binding = connection.channel?.binding else { throw .tlsFailed }
        let hello = LinkHello(
            versions: configuration.versions, chain: configuration.chain, key: ownKey,
            role: configuration.role, software: configuration.software,
            random: configuration.random.hash256())
        let handshake = LinkHandshake(
            side: connection.side, key: configuration.key, hello: hello,
            expected: connection.target?.key, binding: binding)
        if connection.side == .initiator { connection.send(handshake.hello) }
        connection.handshake = handshake
    }

    /// Takes one frame, of whichever phase.
    func take(
        _ frame: LinkFrame, from connection: LinkConnection, now: UInt64
    ) throws(LinkFault) {
        guard connection.phase == .open else {
            return try prove(frame, on: connection, now: now)
        }
        switch try connection.link?.take(frame, now: now) {
        case .message(let message): offer(message, on: connection, now: now)
        case .roundTrip(let time):
            if let key = connection.link?.info.key { shared.update(key) { $0.roundTrip = time } }
        case .nothing, nil: break
        }
    }

    private func prove(
        _ frame: LinkFrame, on connection: LinkConnection, now: UInt64
    ) throws(LinkFault) {
        guard Int(clamping: connection.channel?.byteCountIn ?? 0) <= limits.handshakeByteCountMax
        else { throw .slowHandshake }
        switch try connection.handshake?.receive(frame) {
        case .greeted(let hello):
            _ = try role(of: hello.key, on: connection)
            if connection.side == .acceptor, let handshake = connection.handshake {
                connection.send(handshake.hello)
                try sendProof(on: connection)
            }
        case .proved: try proved(connection, now: now)
        case .ready:
            guard let key = connection.handshake?.peer?.key else { throw .malformedFrame }
            let role = try role(of: key, on: connection)
            // The decider has chosen twice; the link that stands will show whether it is alive.
            guard open[key] == nil else { throw .duplicate }
            try becomeOpen(connection, as: role, now: now)
        case nil: throw .malformedFrame
        }
    }

    private func sendProof(on connection: LinkConnection) throws(LinkFault) {
        guard let proof = connection.handshake?.proof() else { throw .lost }
        connection.send(proof)
    }

    /// What a key may be here.
    private func role(
        of key: PublicKey, on connection: LinkConnection
    ) throws(LinkFault) -> LinkRole {
        guard let role = configuration.admit(key) else { throw .notAdmitted }
        if role == .observer, connection.side == .acceptor {
            let count = open.values.count { $0.link?.info.role == .observer }
            guard count < limits.observerCountMax || open[key] != nil else { throw .notAdmitted }
        }
        return role
    }

    /// The peer holds its key; decides whether this connection is to be the link.
    private func proved(_ connection: LinkConnection, now: UInt64) throws(LinkFault) {
        guard let key = connection.handshake?.peer?.key else { throw .malformedFrame }
        let role = try role(of: key, on: connection)
        let dial = dials[key]?.connection
        let verdict = LinkArbiter(own: ownKey, peer: key).verdict(
            side: connection.side, hasLink: open[key] != nil,
            hasCommitted: dial !== connection && dial?.hasCommitted == true)
        if verdict == .refuse {
            // If the peer lost the link that stands here, it will not answer this.
            open[key]?.link?.ping(now: now)
            throw .duplicate
        }
        guard connection.side == .acceptor else {
            try sendProof(on: connection)
            connection.hasCommitted = true
            return
        }
        if verdict == .replace, let old = open[key] { close(old, .replaced, now: now) }
        connection.send(LinkFrame(.ready))
        try becomeOpen(connection, as: role, now: now)
    }

    private func becomeOpen(
        _ connection: LinkConnection, as role: LinkRole, now: UInt64
    ) throws(LinkFault) {
        guard let handshake = connection.handshake, let peer = handshake.peer else {
            throw .malformedFrame
        }
        let info = LinkInfo(
            key: peer.key, role: role, version: handshake.version,
            isInitiator: connection.side == .initiator)
        let link = OpenLink(info: info, limits: limits, now: now)
        connection.link = link
        connection.phase = .open
        connection.handshake = nil
        open[peer.key] = connection
        if let other = dials[peer.key]?.connection, other !== connection {
            close(other, .duplicate, now: now)
        }
        let expiry = connection.channel?.peerExpiry
        shared.setQueue(link.queue, for: peer.key)
        shared.update(peer.key) { status in
            (status.isConnected, status.role, status.claimedRole) = (true, role, peer.role)
            (status.version, status.software) = (handshake.version, peer.software)
            (status.certificateExpiry, status.lastFault) = (expiry, nil)
        }
        report(info, expiry: expiry)
        receiver.connected(info)
    }

    private func report(_ info: LinkInfo, expiry: Timestamp?) {
        let peer = LogValue.hash(HashSuite.sha256.hash(info.key.tagged))
        configuration.logger.log(
            .info, "link.open", ["peer": peer, "version": .unsigned(UInt64(info.version))])
        if let expiry,
            let alarm = LinkAlarm(.peer(info.key), expiry: expiry, now: configuration.clock())
        {
            configuration.logger.log(
                .warning, "link.certificate", ["peer": peer, "end": .time(alarm.expiry)])
        }
    }
}
