package import Base
package import Cryptography

/// A certificate that ends soon or has ended: something to renew at leisure, never to stop for.
package struct LinkAlarm: Hashable, Sendable {
    /// Whose certificate.
    package enum Subject: Hashable, Sendable {
        case own
        case peer(PublicKey)
    }

    /// How close the end is.
    package enum Level: Int, CaseIterable, Comparable, Hashable, Sendable {
        case within90Days
        case within30Days
        case within7Days
        case expired

        package static func < (left: Level, right: Level) -> Bool {
            left.rawValue < right.rawValue
        }

        private static let day: UInt64 = 86_400

        /// Nil while there are more than 90 days left.
        package init?(expiry: Timestamp, now: Timestamp) {
            if expiry <= now {
                self = .expired
            } else if expiry <= now.advanced(bySeconds: 7 * Self.day) {
                self = .within7Days
            } else if expiry <= now.advanced(bySeconds: 30 * Self.day) {
                self = .within30Days
            } else if expiry <= now.advanced(bySeconds: 90 * Self.day) {
                self = .within90Days
            } else {
                return nil
            }
        }
    }

    package let subject: Subject
    package let level: Level
    package let expiry: Timestamp

    /// Nil while there is nothing to say.
    init?(_ subject: Subject, expiry: Timestamp, now: Timestamp) {
        guard let level = Level(expiry: expiry, now: now) else { return nil }
        (self.subject, self.level, self.expiry) = (subject, level, expiry)
    }

    /// What an operator is told.
    package var refusal: Refusal {
        let end = expiry.rfc3339
        switch subject {
        case .own:
            return Refusal(
                "links.own-certificate",
                "This node's link certificate ends at \(end). Links go on; make a new one.",
                "本节点的链路证书将于 \(end) 到期。链路不受影响；请生成新证书。")
        case .peer(let key):
            let digest = HashSuite.sha256.hash(key.tagged).description.prefix(16)
            return Refusal(
                "links.peer-certificate",
                "Peer \(digest)'s link certificate ends at \(end). Links go on; tell its owner.",
                "对等节点 \(digest) 的链路证书将于 \(end) 到期。链路不受影响；请通知其负责人。")
        }
    }
}
