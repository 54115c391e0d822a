import Base
import Cryptography
import Encoding
import Finality
import Ledger

extension NodeFile {
    /// Waiting times that may be overridden, in milliseconds.
    private static var times: [(name: String, path: WritableKeyPath<FinalityTiming, UInt64>)] {
        [
            ("view", \.view), ("view_limit", \.viewLimit), ("resend", \.resend),
            ("heartbeat", \.heartbeat), ("reclaim", \.reclaim), ("forward", \.forward),
            ("request", \.request), ("freshness", \.freshness),
        ]
    }

    static func timing(_ value: JSONValue) throws(Refusal) -> FinalityTiming {
        var object = try StrictObject(value, at: "timing")
        var timing = FinalityTiming()
        for (name, path) in times {
            if let time = try object.optionalNumber(name, 10...600_000) {
                timing[keyPath: path] = time
            }
        }
        try object.finish()
        guard timing.view <= timing.viewLimit else {
            throw object.refusal("view", "must not exceed view_limit", "不得大于 view_limit")
        }
        return timing
    }

    /// The file's text, which reads back as the same.
    package var text: [UInt8] {
        var value: JSONValue = [
            "format": .string(Self.format), "name": .string(name),
            "listen": listen.map {
                ["address": .string($0.address), "port": .integer($0.port)]
            } ?? .null,
            "peers": .array(
                peers.map { peer in
                    [
                        "name": .string(peer.name), "account": .string(peer.account.description),
                        "key": .string(Base64URL.encode(peer.key.tagged)),
                        "host": .string(peer.host), "port": .integer(peer.port),
                    ]
                }),
            "observers": .array(
                observers.map { observer in
                    [
                        "name": .string(observer.name),
                        "key": .string(Base64URL.encode(observer.key.tagged)),
                    ]
                }),
            "engine": engine.map { Self.value($0) } ?? .null,
        ]
        let standard = FinalityTiming()
        let changed = Self.times.filter {
            timing[keyPath: $0.path] != standard[keyPath: $0.path]
        }
        if !changed.isEmpty {
            value["timing"] = .object(
                changed.map { JSONMember($0.name, .integer(timing[keyPath: $0.path])) })
        }
        return value.serialized(pretty: true) + [10]
    }

    private static func value(_ engine: Engine) -> JSONValue {
        var value: JSONValue = ["endpoints": .array(engine.endpoints.map { .string($0) })]
        value["authority_file"] = engine.authorityFile.map { .string($0) }
        value["certificate_file"] = engine.certificateFile.map { .string($0) }
        value["key_file"] = engine.keyFile.map { .string($0) }
        value["user"] = engine.user.map { .string($0) }
        value["password_file"] = engine.passwordFile.map { .string($0) }
        return value
    }
}
