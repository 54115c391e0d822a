import Base
import Cryptography
import Encoding
import FHIRSearch
import Synchronization

/// Keeps subscriptions and their cursors as notes of the index, sealed, as header fields are secret
/// and a database may be somebody else's.
///
/// Notes `hook/<id>` hold subscriptions, `hook-cursor/<id>` cursors. Every change is durable when
/// it returns.
final class SubscriptionStore: Sendable {
    private static let prefix = "hook/"
    private static let cursorPrefix = "hook-cursor/"
    /// Subscriptions of one server, and of one account.
    static let (limit, accountLimit) = (256, 32)

    private let index: any ResourceIndex
    private let key: SecretBytes
    private let random: any RandomSource
    /// Held from looking at a subscription until the change that follows from it is written.
    private let lock = Mutex(())

    init(index: any ResourceIndex, key: SecretBytes, random: any RandomSource) {
        (self.index, self.key, self.random) = (index, key, random)
    }

    /// All subscriptions, by id.
    func all() throws(FHIRError) -> [KeptSubscription] {
        let notes: [(key: String, value: [UInt8])]
        do throws(IndexError) {
            notes = try index.notes(startingWith: Self.prefix, after: nil, limit: Self.limit)
        } catch { throw FHIRError(error) }
        return try notes.map { note throws(FHIRError) in try kept(note.key, note.value) }
    }

    /// A subscription; nil when there is none.
    func find(_ id: String) throws(FHIRError) -> KeptSubscription? {
        let key = Self.prefix + id
        return try note(key).map { bytes throws(FHIRError) in try kept(key, bytes) }
    }

    /// Where the notifications of a subscription are.
    func cursor(_ id: String) throws(FHIRError) -> HookCursor {
        let key = Self.cursorPrefix + id
        guard let sealed = try note(key), let cursor = HookCursor(parsing: try open(key, sealed))
        else { throw .corrupt }
        return cursor
    }

    /// Keeps a new subscription, unless there are too many.
    func add(_ kept: KeptSubscription, _ cursor: HookCursor) throws(FHIRError) {
        try lock.withLock { _ throws(FHIRError) in
            let all = try all()
            let own = all.filter { $0.owner.account == kept.owner.account }
            guard all.count < Self.limit, own.count < Self.accountLimit else {
                throw FHIRError(
                    422, "too-costly", "subscriptions",
                    "There are too many subscriptions: \(Self.accountLimit) of one account and "
                        + "\(Self.limit) of the server. Delete those that are not needed.",
                    "订阅过多：每个账户最多 \(Self.accountLimit) 个，服务器最多 \(Self.limit) 个。"
                        + "请删除不需要的订阅。")
            }
            try write(kept, cursor)
        }
    }

    /// Keeps the next version of a subscription.
    ///
    /// - Parameter cursor: where notifications go on; nil for where they are.
    /// - Returns: false when it is gone or somebody else changed it.
    func replace(_ next: KeptSubscription, _ cursor: HookCursor? = nil) throws(FHIRError) -> Bool {
        try lock.withLock { _ throws(FHIRError) in
            guard try find(next.id)?.number == next.number - 1 else { return false }
            try write(next, cursor)
            return true
        }
    }

    /// Moves a cursor, as long as the subscription is the one that was worked on.
    func advance(_ kept: KeptSubscription, to cursor: HookCursor) throws(FHIRError) -> Bool {
        try lock.withLock { _ throws(FHIRError) in
            guard try find(kept.id)?.number == kept.number else { return false }
            let key = Self.cursorPrefix + kept.id
            try write([.note(key: key, value: try seal(key, cursor.json.serialized()))])
            return true
        }
    }

    func remove(_ id: String) throws(FHIRError) {
        try lock.withLock { _ throws(FHIRError) in
            try write([
                .note(key: Self.prefix + id, value: nil),
                .note(key: Self.cursorPrefix + id, value: nil),
            ])
        }
    }

    // MARK: Notes

    private func write(_ kept: KeptSubscription, _ cursor: HookCursor?) throws(FHIRError) {
        let key = Self.prefix + kept.id
        var changes = [
            IndexChange.note(key: key, value: try seal(key, kept.json.serialized()))
        ]
        if let cursor {
            let key = Self.cursorPrefix + kept.id
            changes.append(.note(key: key, value: try seal(key, cursor.json.serialized())))
        }
        try write(changes)
    }

    private func write(_ changes: [IndexChange]) throws(FHIRError) {
        do throws(IndexError) { try index.write(changes) } catch { throw FHIRError(error) }
    }

    private func note(_ key: String) throws(FHIRError) -> [UInt8]? {
        do throws(IndexError) { return try index.note(key) } catch { throw FHIRError(error) }
    }

    private func kept(_ key: String, _ sealed: [UInt8]) throws(FHIRError) -> KeptSubscription {
        guard let kept = KeptSubscription(parsing: try open(key, sealed)),
            Self.prefix + kept.id == key
        else { throw .corrupt }
        return kept
    }

    /// Bound to the note's key, so that one note cannot stand for another.
    private func seal(_ name: String, _ bytes: [UInt8]) throws(FHIRError) -> [UInt8] {
        do throws(CryptographyError) {
            return try Sealing.seal(
                bytes, key: key, random: random, authenticating: Array(name.utf8))
        } catch { throw .corrupt }
    }

    private func open(_ name: String, _ sealed: [UInt8]) throws(FHIRError) -> [UInt8] {
        do throws(CryptographyError) {
            return try Sealing.open(sealed, key: key, authenticating: Array(name.utf8))
        } catch { throw .corrupt }
    }
}
