import Encoding
import FHIRSearch
import Synchronization

/// Keeps subscriptions and their cursors as notes of the index, which no database shows to others:
/// header fields are secret.
///
/// Notes `hook/<id>` hold subscriptions, `hook-cursor/<id>` cursors. Every change is durable when
/// it returns.
final class SubscriptionStore: Sendable {
    private static let prefix = "hook/"
    private static let cursorPrefix = "hook-cursor/"
    /// Subscriptions of one server, and of one account.
    static let (limit, accountLimit) = (256, 32)

    private let index: any ResourceIndex
    /// Held from looking at a subscription until the change that follows from it is written.
    private let lock = Mutex(())

    init(index: any ResourceIndex) { self.index = index }

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
        guard let cursor = try note(Self.cursorPrefix + id).flatMap({ HookCursor(parsing: $0) })
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
            try write([note(of: cursor, kept.id)])
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
        let own = IndexChange.note(key: Self.prefix + kept.id, value: kept.json.serialized())
        try write([own] + (cursor.map { [note(of: $0, kept.id)] } ?? []))
    }

    private func note(of cursor: HookCursor, _ id: String) -> IndexChange {
        .note(key: Self.cursorPrefix + id, value: cursor.json.serialized())
    }

    private func write(_ changes: [IndexChange]) throws(FHIRError) {
        do throws(IndexError) { try index.write(changes) } catch { throw FHIRError(error) }
    }

    private func note(_ key: String) throws(FHIRError) -> [UInt8]? {
        do throws(IndexError) { return try index.note(key) } catch { throw FHIRError(error) }
    }

    private func kept(_ key: String, _ bytes: [UInt8]) throws(FHIRError) -> KeptSubscription {
        guard let kept = KeptSubscription(parsing: bytes), Self.prefix + kept.id == key else {
            throw .corrupt
        }
        return kept
    }
}
