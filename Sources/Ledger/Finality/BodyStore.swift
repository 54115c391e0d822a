import Base
import Cryptography

/// Bodies of batches to come, each with what is known of its signatures.
struct BodyStore: Sendable {
    enum Verdict: Sendable {
        case checking
        case valid
        case invalid
    }

    private struct Item: Sendable {
        let body: BatchBody
        var verdict: Verdict
        let sender: PublicKey?
        let height: UInt64
    }

    /// Heights after which a body that no block took is forgotten.
    private static let keptHeights: UInt64 = 64

    private var items: [Hash256: Item] = [:]
    private var order: [Hash256] = []
    private var byteCounts: [PublicKey: Int] = [:]

    /// Bytes of all bodies that are kept.
    var byteCount: Int { items.values.reduce(0) { $0 + $1.body.byteCount } }

    /// The body with a digest; the empty one is always here.
    subscript(_ digest: Hash256) -> BatchBody? {
        digest == BatchBody.empty.digest ? .empty : items[digest]?.body
    }

    func verdict(of digest: Hash256) -> Verdict? {
        digest == BatchBody.empty.digest ? .valid : items[digest]?.verdict
    }

    /// Keeps a body; one that nobody asked for only within its sender's share of the room.
    ///
    /// - Returns: false when it is here already or there is no room.
    mutating func add(
        _ body: BatchBody, from sender: PublicKey?, isWanted: Bool, verdict: Verdict,
        height: UInt64, share: Int
    ) -> Bool {
        guard items[body.digest] == nil else { return false }
        if let sender, !isWanted {
            guard byteCounts[sender, default: 0] + body.byteCount <= share else { return false }
        }
        if let sender { byteCounts[sender, default: 0] += body.byteCount }
        items[body.digest] = Item(body: body, verdict: verdict, sender: sender, height: height)
        order.append(body.digest)
        return true
    }

    mutating func judge(_ digest: Hash256, isValid: Bool) {
        items[digest]?.verdict = isValid ? .valid : .invalid
    }

    mutating func remove(_ digest: Hash256) {
        guard let item = items.removeValue(forKey: digest) else { return }
        if let sender = item.sender { byteCounts[sender, default: 0] -= item.body.byteCount }
    }

    /// Forgets bodies that no block took for long.
    mutating func prune(at height: UInt64) {
        for digest in order {
            guard let item = items[digest] else { continue }
            if item.height + Self.keptHeights < height { remove(digest) }
        }
        order.removeAll { items[$0] == nil }
    }
}
