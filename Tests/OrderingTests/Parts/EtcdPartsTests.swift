import Base
import Encoding
import Ordering
import Testing

@testable import OrderingEtcd

@Suite("The parts of the etcd engine")
struct EtcdPartsTests {
    private let keys = EtcdKeys(chain: SeededRandom(seed: 1).hash256())

    @Test(
        "Keys are ordered as positions and read back",
        arguments: [
            (0, 0), (0, 1), (0, 9), (0, 10), (0, 255), (0, UInt64.max), (1, 0), (16, 3),
            (UInt64.max, UInt64.max),
        ] as [(UInt64, UInt64)])
    func keysReadBack(stream: UInt64, sequence: UInt64) {
        let position = EnginePosition(stream: stream, sequence: sequence)
        let key = keys.key(position)
        #expect(keys.position(of: key) == position)
        #expect(key.lexicographicallyPrecedes(keys.end(ofStream: stream)))
        let (first, end) = keys.range(through: position)
        #expect(!key.lexicographicallyPrecedes(first) && key.lexicographicallyPrecedes(end))
        if sequence < .max {
            let next = keys.key(EnginePosition(stream: stream, sequence: sequence + 1))
            #expect(key.lexicographicallyPrecedes(next))
            #expect(!next.lexicographicallyPrecedes(end))
        }
        if stream < .max {
            let next = keys.key(EnginePosition(stream: stream + 1, sequence: 0))
            #expect(!next.lexicographicallyPrecedes(keys.end(ofStream: stream)))
        }
    }

    @Test("Keys in any other form are not ours")
    func strangeKeys() {
        let key = keys.key(EnginePosition(stream: 10, sequence: 11))
        var strange: [[UInt8]] = [[], Array("/kanglian/".utf8), key + [48], Array(key.dropLast())]
        strange.append(EtcdKeys(chain: .zero).key(EnginePosition(stream: 10, sequence: 11)))
        // Capitals, blanks and another separator would give a position two keys.
        for (index, byte) in [(key.count - 1, 66), (key.count - 1, 32), (key.count - 17, 48)] {
            var changed = key
            changed[index] = UInt8(byte)
            strange.append(changed)
        }
        for key in strange { #expect(keys.position(of: key) == nil) }
    }

    @Test(
        "Endpoints are a scheme, a host and a port",
        arguments: [
            "", "127.0.0.1:2379", "ftp://a:1", "http://", "http://a", "http://:1", "http://a:b",
            "http://a:70000", "http://a:1/", "http://a:1/v3", "http://u@a:1", "http://a b:1",
            "https://a:1?x",
        ])
    func badEndpoints(text: String) {
        let settings = EtcdSettings(endpoints: ["https://[::1]:2379", text], chain: .zero)
        #expect(throws: EtcdSetupError.badEndpoint(text)) { try settings.check() }
    }

    @Test("Settings that cannot work are refused")
    func badSettings() {
        var settings = EtcdSettings(endpoints: [], chain: .zero)
        #expect(throws: EtcdSetupError.noEndpoints) { try settings.check() }
        settings.endpoints = ["http://a:1"]
        #expect(throws: Never.self) { try settings.check() }
        settings.user = "u"
        #expect(throws: EtcdSetupError.halfIdentity) { try settings.check() }
        settings.password = "p"
        settings.clientKeyFile = "k"
        #expect(throws: EtcdSetupError.halfIdentity) { try settings.check() }
        settings.clientCertificateFile = "c"
        settings.appenderCount = 0
        #expect(throws: EtcdSetupError.badLimit) { try settings.check() }
    }

    @Test("A member that fails is left alone, longer each time, while another answers")
    func endpoints() {
        let endpoints = EtcdEndpoints(["a", "b"])
        #expect(endpoints.choose(now: 0).url == "a")
        #expect(!endpoints.failed(0, now: 0))
        #expect(endpoints.choose(now: 0).url == "b")
        endpoints.succeeded(1)
        // Whoever answers stays in use, also when the other one is to be tried again.
        #expect(endpoints.choose(now: 1 << 40).url == "b")
        #expect(endpoints.failed(1, now: 0))
        let first = endpoints.choose(now: 10)
        #expect(first.waitNanoseconds > 0)
        var longest: UInt64 = 0
        for _ in 0..<100 {
            #expect(endpoints.failed(0, now: 0))
            #expect(endpoints.failed(1, now: 0))
            let wait = endpoints.choose(now: 0).waitNanoseconds
            #expect(wait >= longest)
            longest = wait
        }
        #expect(longest == 2_000_000_000)
        endpoints.succeeded(0)
        #expect(endpoints.choose(now: 0) == .init(index: 0, url: "a", waitNanoseconds: 0))
    }

    @Test("The store is cleaned every so many positions or after a while")
    func throttle() {
        var throttle = ReleaseThrottle(count: 10, nanoseconds: 1_000)
        func position(_ sequence: UInt64, stream: UInt64 = 0) -> EnginePosition {
            EnginePosition(stream: stream, sequence: sequence)
        }
        #expect(throttle.due(now: 5_000) == nil)
        throttle.offer(position(3), now: 5_000)
        #expect(throttle.due(now: 5_999) == nil)
        #expect(throttle.due(now: 6_000) == position(3))
        throttle.offer(position(8), now: 5_100)
        #expect(throttle.due(now: 5_100) == nil)
        throttle.offer(position(10), now: 5_100)
        #expect(throttle.due(now: 5_100) == position(10))
        throttle.cleaned(through: position(10), now: 5_200)
        #expect(throttle.due(now: 90_000) == nil)
        throttle.offer(position(4), now: 90_000)
        #expect(throttle.due(now: 99_000) == nil)
        throttle.offer(position(11), now: 90_000)
        throttle.offer(position(19), now: 90_900)
        #expect(throttle.due(now: 90_999) == nil)
        #expect(throttle.due(now: 91_000) == position(19))
        throttle.offer(position(20), now: 90_900)
        #expect(throttle.due(now: 90_900) == position(20))
        throttle.cleaned(through: position(20), now: 90_900)
        throttle.offer(position(0, stream: 1), now: 90_900)
        #expect(throttle.due(now: 90_900) == position(0, stream: 1))
    }

    @Test("Lines come out whole however they are cut, and long ones are refused")
    func lines() throws {
        let text = Array("one\n\ntwo\nthree\n".utf8)
        for size in 1...text.count {
            var reader = LineReader(byteCountMax: 5)
            var lines: [[UInt8]] = []
            var rest = text[...]
            while !rest.isEmpty {
                lines += try reader.read(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(lines == ["one", "two", "three"].map { Array($0.utf8) })
        }
        for text in ["123456", "123456\n", "1\n123456"] {
            var reader = LineReader(byteCountMax: 5)
            #expect(throws: LineReader.TooLong.self) { try reader.read(Array(text.utf8)) }
        }
    }

    @Test(
        "Errors of etcd have their remedies",
        arguments: [
            (
                3, "etcdserver: request is too large",
                .giveUp(.refused(.tooLarge(byteCount: 7, limit: 5)))
            ),
            (
                8, "grpc: received message larger than max",
                .giveUp(.refused(.tooLarge(byteCount: 7, limit: 5)))
            ),
            (8, "etcdserver: mvcc: database space exceeded", .giveUp(.refused(.full))),
            (8, "etcdserver: too many requests", .askElsewhere),
            (11, "etcdserver: mvcc: required revision has been compacted", .giveUp(.compacted)),
            (16, "etcdserver: invalid auth token", .renewToken),
            (3, "etcdserver: revision of auth store is old", .renewToken),
            (
                7, "etcdserver: permission denied",
                .giveUp(.refused(.denied("etcdserver: permission denied")))
            ),
            (14, "etcdserver: leader changed", .askElsewhere),
            (0, "HTTP status 502", .askElsewhere),
        ] as [(UInt64, String, EtcdRefusal.Remedy)])
    func remedies(code: UInt64, message: String, remedy: EtcdRefusal.Remedy) {
        let refusal = EtcdRefusal(code: code, message: message)
        #expect(refusal.remedy(recordByteCount: 7, limit: 5) == remedy)
    }

    @Test("Texts of strangers are short and printable")
    func texts() {
        #expect(Printable.text("a\u{1B}[31m\n\u{202E}é") == "a?[31m???")
        #expect(Printable.text(String(repeating: "x", count: 1_000)).count == 200)
    }

    @Test("Latencies fall into their buckets")
    func latency() {
        var latency = AppendLatency()
        for nanoseconds: UInt64 in [0, 1_000_000, 1_000_001, 5_000_000_000, 6_000_000_000] {
            latency.add(nanoseconds: nanoseconds)
        }
        #expect(latency.counts == [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
        #expect(latency.count == 5)
        #expect(latency.nanosecondSum == 11_002_000_001)
    }
}
