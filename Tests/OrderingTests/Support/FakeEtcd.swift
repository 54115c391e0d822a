import Base
import Encoding
import HTTPServer
import System

/// A server that speaks as etcd's gateway does, as far as the engine asks, and misbehaves at will.
final class FakeEtcd: Sendable {
    /// What to do with one kind of request instead of the right thing.
    enum Mischief: Hashable, Sendable {
        /// Answer with this status and text.
        case answer(Int, String)
        /// For a watch: say that it stands, and then nothing more, ever.
        case silence
        /// For a watch: these lines instead of the right ones, then silence.
        case lines([String])
    }

    private struct State {
        var values: [(key: [UInt8], value: [UInt8])] = []
        var revision = 1
        var cluster = "77"
        var mischief: [String: [Mischief]] = [:]
        var watches: [EventStream] = []
        var silent: [EventStream] = []
        var events: [(revision: Int, line: String)] = []
        var counts: [String: Int] = [:]
    }

    private let state = ConditionMutex(State())
    private let server = ConditionMutex<HTTPServer?>(nil)

    init() throws {
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(), handler: Handler(fake: self))
        self.server.withLock { $0 = server }
    }

    func shutdown() { server.withLock { $0 }?.shutdown(gracePeriodSeconds: 0) }

    var endpoint: String { "http://127.0.0.1:\(server.withLock { $0?.port ?? 0 })" }

    /// The next requests of that path meet with mischief, one each.
    func plan(_ path: String, _ mischief: [Mischief]) {
        state.withLock { $0.mischief[path, default: []] += mischief }
    }

    /// How many requests of a path there were.
    func count(_ path: String) -> Int { state.withLock { $0.counts[path] ?? 0 } }

    /// Waits until there were so many; false if they do not come.
    func reached(_ count: Int, _ path: String) -> Bool {
        state.wait(milliseconds: patience) { ($0.counts[path] ?? 0) >= count ? () : nil } != nil
    }

    /// Becomes an empty store with another name.
    func replace() {
        state.withLock { state in
            (state.values, state.events, state.cluster) = ([], [], state.cluster + "7")
            for watch in state.watches { watch.finish() }
            state.watches = []
        }
    }

    /// Stores a value under any key, replacing what was there.
    func put(_ key: [UInt8], _ value: [UInt8]) {
        state.withLock { state in
            state.revision += 1
            state.values.removeAll { $0.key == key }
            let index = state.values.firstIndex { key.lexicographicallyPrecedes($0.key) }
            state.values.insert((key, value), at: index ?? state.values.count)
            let line = """
                {"result":{\(Self.header(state)),"events":[{"kv":\(Self.pair(key, value))}]}}
                """
            state.events.append((state.revision, line))
            for watch in state.watches { watch.send(Array((line + "\n").utf8)) }
        }
    }

    private static func header(_ state: State) -> String {
        #""header":{"cluster_id":"\#(state.cluster)","revision":"\#(state.revision)"}"#
    }

    private static func pair(_ key: [UInt8], _ value: [UInt8]) -> String {
        #"{"key":"\#(Base64.encode(key))","value":"\#(Base64.encode(value))"}"#
    }

    private struct Handler: HTTPHandler {
        unowned let fake: FakeEtcd

        func handle(_ request: HTTPRequest, responder: HTTPResponder) {
            let mischief = fake.state.withLock { state -> Mischief? in
                state.counts[request.path, default: 0] += 1
                let planned = state.mischief[request.path] ?? []
                state.mischief[request.path] = Array(planned.dropFirst())
                return planned.first
            }
            let root = (try? JSONDocument(parsing: request.body))?.root
            if case .answer(let status, let text)? = mischief {
                responder.send(HTTPResponse(status: status, text: text))
            } else if request.path == "/v3/watch" {
                fake.watch(root?["create_request"], mischief, responder)
            } else {
                responder.send(HTTPResponse(status: 200, text: fake.answer(request.path, root)))
            }
        }

        func bodyLimit(method: HTTPMethod, path: String) -> Int? { 4 << 20 }
    }

    private func watch(_ asked: JSONElement?, _ mischief: Mischief?, _ responder: HTTPResponder) {
        let stream = EventStream(heartbeat: nil)
        responder.send(HTTPResponse(status: 200, body: .stream(stream)))
        state.withLock { state in
            let from = Int(asked?["start_revision"]?.stringValue ?? "") ?? 0
            var lines = ["{\"result\":{\(Self.header(state)),\"created\":true}}"]
            if case .lines(let others)? = mischief { lines = others }
            if mischief == nil { lines += state.events.filter { $0.revision >= from }.map(\.line) }
            for line in lines { stream.send(Array((line + "\n").utf8)) }
            // A stream that nobody has is ended, so the silent ones are kept too.
            if mischief == nil { state.watches.append(stream) } else { state.silent.append(stream) }
        }
    }

    private func answer(_ path: String, _ root: JSONElement?) -> String {
        func bytes(_ element: JSONElement?) -> [UInt8] {
            Base64.decode(element?.stringValue ?? "") ?? []
        }
        switch path {
        case "/v3/kv/txn":
            let asked = root?["success"]?[0]?["request_put"]
            let key = bytes(asked?["key"])
            if let present = state.withLock({ $0.values.first { $0.key == key } }) {
                let pair = Self.pair(key, present.value)
                return "{\"responses\":[{\"response_range\":{\"kvs\":[\(pair)],\"count\":\"1\"}}]}"
            }
            put(key, bytes(asked?["value"]))
            return #"{"succeeded":true}"#
        case "/v3/kv/range":
            let (first, end) = (bytes(root?["key"]), bytes(root?["range_end"]))
            let limit = Int(root?["limit"]?.stringValue ?? "") ?? 1
            return state.withLock { state in
                let found = state.values.filter {
                    !$0.key.lexicographicallyPrecedes(first)
                        && $0.key.lexicographicallyPrecedes(end)
                }
                let pairs = found.prefix(limit).map { Self.pair($0.key, $0.value) }
                return "{\(Self.header(state)),\"kvs\":[\(pairs.joined(separator: ","))],"
                    + "\"more\":\(found.count > limit),\"count\":\"\(found.count)\"}"
            }
        case "/v3/maintenance/status": return #"{"dbSize":"1","leader":"7"}"#
        default: return state.withLock { "{\(Self.header($0))}" }
        }
    }
}
