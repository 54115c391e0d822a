/// One unit inside the TLS channel: a head of five bytes and a payload.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 4 | bytes of the payload, big-endian |
/// | 4 | 1 | kind |
/// | 5 | n | payload |
///
/// Worked example, a ping: `00000008 05 0000000000000007`.
package struct LinkFrame: Hashable, Sendable {
    /// Bytes before the payload.
    package static let headByteCount = 5

    /// A message is cut into pieces of this size, so that votes can go between them.
    package static let pieceByteCount = 1 << 16

    /// What a payload is; anything else is refused.
    package enum Kind: UInt8, CaseIterable, Hashable, Sendable {
        case hello = 1
        case proof = 2
        /// The acceptor has checked everything: the link is open.
        case ready = 3
        /// The acceptor will not have this link; one byte says why.
        case refusal = 4
        /// Eight bytes that come back in a pong.
        case ping = 5
        case pong = 6
        /// The last piece of a message, or all of it.
        case voteEnd = 16
        /// A piece that more pieces follow.
        case votePart = 17
        case bulkEnd = 18
        case bulkPart = 19

        /// How many bytes a payload of this kind may have.
        package var byteCounts: ClosedRange<Int> {
            switch self {
            case .hello: 1...LinkHello.byteCountMax
            case .proof: LinkProof.byteCount...LinkProof.byteCount
            case .ready: 0...0
            case .refusal: 1...1
            case .ping, .pong: 8...8
            case .voteEnd, .bulkEnd: 0...LinkFrame.pieceByteCount
            // Full pieces only: a message has one way to be cut.
            case .votePart, .bulkPart: LinkFrame.pieceByteCount...LinkFrame.pieceByteCount
            }
        }
    }

    package let kind: Kind
    package let payload: [UInt8]

    /// A frame of ours; the payload must fit the kind.
    package init(_ kind: Kind, _ payload: [UInt8] = []) {
        precondition(kind.byteCounts.contains(payload.count))
        (self.kind, self.payload) = (kind, payload)
    }

    /// The bytes on the wire.
    package var encoded: [UInt8] {
        Self.head(kind, payload.count) + payload
    }

    /// The five bytes before a payload.
    static func head(_ kind: Kind, _ count: Int) -> [UInt8] {
        let count = UInt32(count)
        return [
            UInt8(truncatingIfNeeded: count >> 24), UInt8(truncatingIfNeeded: count >> 16),
            UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count), kind.rawValue,
        ]
    }
}
