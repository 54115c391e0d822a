import Base
import Encoding
import Ordering

// What is used of etcd's answers, read strictly: a wrong type or an impossible number makes the
// whole answer malformed. Protocol buffers leave out what is zero, false or empty.

extension JSONElement {
    /// A member that is a number, also one in a string, as etcd writes 64 bits; nil if it is
    /// neither.
    func unsigned(_ name: String) -> UInt64? {
        guard let member = self[name] else { return 0 }
        guard let text = member.kind == .string ? member.stringValue : member.numberText,
            let number = UInt64(text), number <= UInt64(Int64.max)
        else { return nil }
        return number
    }

    func bytes(_ name: String) -> [UInt8]? {
        guard let member = self[name] else { return [] }
        return member.stringValue.flatMap { Base64.decode($0) }
    }

    func flag(_ name: String) -> Bool? {
        guard let member = self[name] else { return false }
        return member.boolValue
    }

    /// The elements of a member that is a list; nil if it is something else.
    func list(_ name: String) -> [JSONElement]? {
        guard let member = self[name] else { return [] }
        return member.kind == .array ? Array(member.elements) : nil
    }
}

/// Which store answered, and how far it was.
struct StoreMark: Hashable, Sendable {
    let cluster: UInt64
    let revision: UInt64

    init(cluster: UInt64, revision: UInt64) {
        (self.cluster, self.revision) = (cluster, revision)
    }

    /// Reads an answer's header.
    ///
    /// Identifiers use all 64 bits, unlike counts.
    init?(answer: JSONElement) {
        guard let header = answer["header"], let revision = header.unsigned("revision"),
            let text = header["cluster_id"]?.stringValue, let cluster = UInt64(text)
        else { return nil }
        self.init(cluster: cluster, revision: revision)
    }

    /// Whether a store that was here cannot honestly have become this one later.
    func isBehind(_ earlier: StoreMark) -> Bool {
        cluster != earlier.cluster || revision < earlier.revision
    }
}

/// A key and its value, or only the key.
struct EtcdPair: Hashable, Sendable {
    let key: [UInt8]
    let value: [UInt8]

    init?(_ element: JSONElement) {
        guard let key = element.bytes("key"), let value = element.bytes("value") else { return nil }
        (self.key, self.value) = (key, value)
    }
}

/// What became of ``EtcdRequest/create(_:_:)``.
enum CreateAnswer: Hashable, Sendable {
    case created
    /// The value under the key instead; nil if it was gone again.
    case present([UInt8]?)

    init?(_ answer: JSONElement) {
        guard let isCreated = answer.flag("succeeded") else { return nil }
        if isCreated {
            self = .created
            return
        }
        guard let responses = answer.list("responses"),
            let range = responses.first?["response_range"], let pairs = range.list("kvs")
        else { return nil }
        guard let first = pairs.first else {
            self = .present(nil)
            return
        }
        guard let pair = EtcdPair(first) else { return nil }
        self = .present(pair.value)
    }
}

/// A page of a range.
struct RangeAnswer: Hashable, Sendable {
    let mark: StoreMark
    let pairs: [EtcdPair]
    /// Whether the range goes on behind the page.
    let hasMore: Bool
    /// Keys in the whole range.
    let count: UInt64

    init?(_ answer: JSONElement) {
        guard let mark = StoreMark(answer: answer), let list = answer.list("kvs"),
            let hasMore = answer.flag("more"), let count = answer.unsigned("count")
        else { return nil }
        var pairs: [EtcdPair] = []
        for element in list {
            guard let pair = EtcdPair(element) else { return nil }
            pairs.append(pair)
        }
        (self.mark, self.pairs, self.hasMore, self.count) = (mark, pairs, hasMore, count)
    }
}

/// What a member says of itself.
struct StatusAnswer: Hashable, Sendable {
    let byteCount: UInt64
    let hasLeader: Bool
    let alarms: [EngineHealth.Alarm]

    init?(_ answer: JSONElement) {
        guard let byteCount = answer.unsigned("dbSize"), let errors = answer.list("errors") else {
            return nil
        }
        let texts = errors.compactMap(\.stringValue)
        let leader = answer["leader"]?.stringValue ?? "0"
        self.byteCount = byteCount
        hasLeader = leader != "0" && !texts.contains { $0.contains("no leader") }
        alarms = EngineHealth.Alarm.allCases.filter { alarm in
            texts.contains { $0.contains(alarm == .noSpace ? "NOSPACE" : "CORRUPT") }
        }
    }
}
