/// What a node allows its peers; all limits are set, none is "unlimited".
///
/// A link holds at most `messageByteCountMax` for each priority on the way in, one message that its
/// receiver is too busy for, and `queueByteCountMax` on the way out.
package struct LinkLimits: Hashable, Sendable {
    /// A message, in bytes: a block's body fits.
    package var messageByteCountMax = 8 << 20

    /// Messages waiting for one peer, in bytes; bulk leaves a quarter of it to votes.
    package var queueByteCountMax = 64 << 20

    /// Messages waiting for one peer; bulk leaves a quarter of them to votes.
    package var queueCountMax = 16_384

    /// Bytes a second that are read from one peer; beyond it, reading pauses.
    package var receiveBytesPerSecond = 64 << 20

    /// From a connection's start until both sides have proved their keys.
    package var handshakeTime: Duration = .seconds(10)

    /// Bytes that a peer may send before it has proved its key.
    package var handshakeByteCountMax = 64 << 10

    /// Between two pings on an open link.
    package var pingInterval: Duration = .seconds(5)

    /// How long a peer may be silent, pongs included, before its link is given up.
    package var silenceTime: Duration = .seconds(15)

    /// How long a peer may take to read one piece of 64 KiB before its link is given up.
    package var stallTime: Duration = .seconds(30)

    /// How long a busy receiver is left alone unless it calls `Links.resume`.
    package var busyTime: Duration = .milliseconds(50)

    /// The longest wait before dialling again.
    package var redialTime: Duration = .seconds(5)

    /// The wait after a refusal that only an operator or an upgrade can mend.
    package var refusedRedialTime: Duration = .seconds(60)

    /// Incoming connections that have not proved a key yet; the oldest makes room for a new one.
    package var halfOpenCountMax = 64

    /// Of these, from one address; more are closed at once.
    package var halfOpenCountMaxPerAddress = 32

    /// Connections accepted from one address in a minute; more are closed at once.
    package var acceptCountMaxPerMinute = 600

    /// Links with observers.
    package var observerCountMax = 64

    /// Peers that are dialled.
    package var peerCountMax = 64

    package init() {}

    /// Checks that the limits make sense together.
    func check() throws(LinkError) {
        let counts = [
            ("messageByteCountMax", messageByteCountMax, 1),
            ("queueByteCountMax", queueByteCountMax, messageByteCountMax),
            ("queueCountMax", queueCountMax, 4),
            ("receiveBytesPerSecond", receiveBytesPerSecond, 1_024),
            ("handshakeByteCountMax", handshakeByteCountMax, 8 << 10),
            ("halfOpenCountMax", halfOpenCountMax, 1),
            ("halfOpenCountMaxPerAddress", halfOpenCountMaxPerAddress, 1),
            ("acceptCountMaxPerMinute", acceptCountMaxPerMinute, 1),
            ("observerCountMax", observerCountMax, 0), ("peerCountMax", peerCountMax, 0),
        ]
        for (name, count, least) in counts where count < least { throw .invalidLimit(name) }
        guard messageByteCountMax <= 1 << 30 else { throw .invalidLimit("messageByteCountMax") }
        let times = [
            ("handshakeTime", handshakeTime), ("pingInterval", pingInterval),
            ("silenceTime", silenceTime), ("stallTime", stallTime), ("busyTime", busyTime),
            ("redialTime", redialTime), ("refusedRedialTime", refusedRedialTime),
        ]
        for (name, time) in times where time < .milliseconds(1) || time > .seconds(86_400) {
            throw .invalidLimit(name)
        }
        guard silenceTime > pingInterval else { throw .invalidLimit("silenceTime") }
    }
}
