import Base
import Encoding
import Ordering
import Testing

@testable import OrderingEtcd

@Suite("Answers of etcd are read strictly")
struct EtcdAnswerTests {
    private static let header = #""header":{"cluster_id":"14443903163313418560","revision":"7"}"#

    private func element(_ text: String) throws -> JSONElement {
        try #require(EtcdConnection.parse(Array(text.utf8), byteCountMax: 1 << 20))
    }

    // As etcd 3.4.23 answers.
    @Test("Good ones are understood")
    func good() throws {
        #expect(
            CreateAnswer(try element("{\(Self.header),\"succeeded\":true,\"responses\":[]}"))
                == .created)
        let taken = """
            {\(Self.header),"responses":[{"response_range":{"header":{"revision":"7"},"kvs":\
            [{"key":"L2svMQ==","create_revision":"2","value":"YWJj"}],"count":"1"}}]}
            """
        #expect(CreateAnswer(try element(taken)) == .present(Array("abc".utf8)))
        let gone = #"{"responses":[{"response_range":{"header":{"revision":"7"}}}]}"#
        #expect(CreateAnswer(try element(gone)) == .present(nil))
        let page = try element(
            "{\(Self.header),\"kvs\":[{\"key\":\"L2svMQ==\"}],\"more\":true,\"count\":\"9\"}")
        let range = try #require(RangeAnswer(page))
        #expect(range.mark == StoreMark(cluster: 14_443_903_163_313_418_560, revision: 7))
        #expect(range.pairs.map(\.key) == [Array("/k/1".utf8)] && range.pairs[0].value.isEmpty)
        #expect(range.hasMore && range.count == 9)
        let status = #"{"dbSize":"20480","leader":"3","errors":["memberID:3 alarm:NOSPACE "]}"#
        let answer = try #require(StatusAnswer(try element(status)))
        #expect(answer.byteCount == 20_480 && answer.hasLeader && answer.alarms == [.noSpace])
        let alone = try #require(
            StatusAnswer(try element(#"{"errors":["etcdserver: no leader"],"leader":"3"}"#)))
        #expect(!alone.hasLeader && alone.alarms.isEmpty)
    }

    @Test("Lines of a watch are understood")
    func watch() throws {
        let mark = StoreMark(cluster: 14_443_903_163_313_418_560, revision: 7)
        #expect(
            WatchAnswer(try element("{\"result\":{\(Self.header),\"created\":true}}"))
                == .puts([], mark))
        let events = """
            {"result":{\(Self.header),"events":[{"kv":{"key":"YQ==","value":"Yg=="}},\
            {"type":"DELETE","kv":{"key":"YQ=="}}]}}
            """
        guard case .puts(let pairs, mark)? = WatchAnswer(try element(events)) else {
            Issue.record("not understood")
            return
        }
        #expect(pairs.map(\.value) == [Array("b".utf8)])
        let compacted = #"{"result":{"header":{},"canceled":true,"compact_revision":"2"}}"#
        #expect(WatchAnswer(try element(compacted)) == .compacted)
        let ended = #"{"result":{"canceled":true,"cancel_reason":"etcdserver: permission denied"}}"#
        #expect(WatchAnswer(try element(ended)) == .ended("etcdserver: permission denied"))
        let error = #"{"error":{"grpc_code":14,"http_code":503,"message":"gone"}}"#
        #expect(WatchAnswer(try element(error)) == .ended("gone"))
    }

    @Test(
        "Bad ones are malformed as a whole",
        arguments: [
            "{}", #"{"header":{}}"#, #"{"header":{"cluster_id":"1","revision":"-1"}}"#,
            #"{"header":{"cluster_id":"x","revision":"1"}}"#,
            #"{"header":{"cluster_id":"1","revision":"9223372036854775808"}}"#,
            #"{\#(header),"kvs":{}}"#, #"{\#(header),"kvs":[{"key":"*"}]}"#,
            #"{\#(header),"kvs":[{"key":1}]}"#, #"{\#(header),"more":"yes"}"#,
            #"{\#(header),"count":1.5}"#, #"{\#(header),"kvs":["a"],"count":true}"#, "[]", "1",
        ])
    func bad(text: String) throws {
        let element = try element(text)
        #expect(RangeAnswer(element) == nil)
        #expect(WatchAnswer(element) == nil)
        let inner = try self.element("{\"result\":\(text)}")
        if text != "{}", text != "[]", text != "1", !text.contains("kvs"), !text.contains("more"),
            !text.contains("count\"")
        {
            #expect(WatchAnswer(inner) == nil)
        }
    }

    @Test(
        "Bad answers to a create are malformed",
        arguments: [
            "{}", #"{"succeeded":1}"#, #"{"responses":[]}"#, #"{"responses":[{}]}"#,
            #"{"responses":[{"response_range":{"kvs":[{"value":"?"}]}}]}"#,
        ])
    func badCreate(text: String) throws { #expect(CreateAnswer(try element(text)) == nil) }

    @Test(
        "What is no JSON, or too long, is nothing",
        arguments: ["", "{", "{} {}", "\u{FEFF}{}", String(repeating: " ", count: 99) + "{}"])
    func noJSON(text: String) {
        #expect(EtcdConnection.parse(Array(text.utf8), byteCountMax: 64) == nil)
    }

    @Test("A store that is another one, or was set back, is told apart")
    func behind() {
        let mark = StoreMark(cluster: 1, revision: 5)
        #expect(!mark.isBehind(mark))
        #expect(!StoreMark(cluster: 1, revision: 6).isBehind(mark))
        #expect(StoreMark(cluster: 1, revision: 4).isBehind(mark))
        #expect(StoreMark(cluster: 2, revision: 9).isBehind(mark))
    }
}
