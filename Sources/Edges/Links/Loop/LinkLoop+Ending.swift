import Base
import Cryptography

/// Handing messages over, and ending links.
extension LinkLoop {
    /// Offers a message; a busy receiver pauses the connection.
    func offer(_ message: [UInt8], on connection: LinkConnection, now: UInt64) {
        guard let key = connection.link?.info.key else { return }
        switch receiver.received(message, from: key) {
        case .taken:
            connection.link?.held = nil
            shared.update(key) { $0.messageCountIn += 1 }
        case .busy:
            connection.link?.held = message
            connection.link?.retryAt = now + limits.busyTime.wholeNanoseconds
        }
    }

    /// Offers the message that waits, if it is time.
    func offerHeld(_ connection: LinkConnection, now: UInt64) {
        guard let link = connection.link, let message = link.held, now >= link.retryAt else {
            return
        }
        offer(message, on: connection, now: now)
        noteTraffic(connection)
    }

    /// Brings a link's numbers into its status.
    func noteTraffic(_ connection: LinkConnection) {
        guard let link = connection.link else { return }
        let held = link.heldByteCount + connection.readByteCount
        let traffic = connection.takeTraffic()
        shared.update(link.info.key) { status in
            status.byteCountIn += traffic.bytesIn
            status.byteCountOut += traffic.bytesOut
            status.heldByteCount = connection.isClosed ? 0 : held
        }
    }

    /// Ends a connection for a reason, once.
    func close(_ connection: LinkConnection, _ fault: LinkFault, now: UInt64) {
        guard !connection.isClosed else { return }
        shared.count(fault)
        note(fault, on: connection, now: now)
        if connection.side == .acceptor, connection.phase == .proving,
            let refusal = LinkRefusal(fault)
        {
            connection.send(LinkFrame(.refusal, [refusal.rawValue]))
            // Whether it still goes out does not matter: the connection ends either way.
            try? write(connection, now: now)
        }
        connection.isClosed = true
        connection.farewell()
        connections.removeAll { $0 === connection }
        noteTraffic(connection)
        guard let link = connection.link else {
            if let key = connection.target?.key, let dial = dials[key],
                dial.connection === connection
            {
                ended(dial, fault, wasOpen: nil, now: now)
            }
            return
        }
        let key = link.info.key
        open[key] = nil
        link.queue.close()
        shared.setQueue(nil, for: key)
        shared.update(key) { status in
            (status.isConnected, status.version, status.roundTrip) = (false, nil, nil)
            (status.lastFault, status.heldByteCount) = (fault, 0)
        }
        if let dial = dials[key], dial.connection == nil || dial.connection === connection {
            ended(dial, fault, wasOpen: link, now: now)
        }
        forgetStrangers()
        receiver.disconnected(key, fault)
    }

    private func note(_ fault: LinkFault, on connection: LinkConnection, now: UInt64) {
        switch fault {
        // Part of every orderly meeting of two nodes.
        case .stopped, .replaced, .duplicate, .refusedDuplicate: return
        default: break
        }
        let subject: FaultLog.Subject =
            if let key = connection.link?.info.key ?? connection.target?.key {
                .key(key)
            } else {
                .address(connection.address)
            }
        faults.note(fault, subject, now: now)
    }

    /// Keeps the status of peers and of nodes with a link only.
    func forgetStrangers() {
        let (dials, open) = (dials, open)
        shared.keepStatuses { dials[$0] != nil || open[$0] != nil }
    }
}
