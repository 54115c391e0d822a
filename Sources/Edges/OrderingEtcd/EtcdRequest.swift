import Base
import Encoding

/// One question to etcd's JSON gateway: protocol buffers' JSON form, bytes as base64.
///
/// Source: etcd 3.4, `Documentation/dev-guide/api_grpc_gateway.md` and `etcdserverpb/rpc.proto`.
struct EtcdRequest: Sendable {
    let path: String
    let body: [UInt8]

    /// Stores a record unless the key exists; else asks for what is there.
    static func create(_ key: [UInt8], _ record: [UInt8]) -> EtcdRequest {
        let key = Base64.encode(key)
        var body = Array(
            """
            {"compare":[{"key":"\(key)","target":"CREATE","result":"EQUAL",\
            "create_revision":"0"}],"failure":[{"request_range":{"key":"\(key)"}}],\
            "success":[{"request_put":{"key":"\(key)","value":"
            """.utf8)
        Base64.append(record, to: &body)
        body += Array("\"}}]}".utf8)
        return EtcdRequest(path: "/v3/kv/txn", body: body)
    }

    /// Keys of a range in ascending order, with their values unless `keysOnly`.
    static func range(
        _ first: [UInt8], _ end: [UInt8], limit: Int, keysOnly: Bool = false
    ) -> EtcdRequest {
        make(
            "/v3/kv/range", [(first, "key"), (end, "range_end")],
            ["limit": .string(String(limit)), "keys_only": .bool(keysOnly)])
    }

    static func delete(_ first: [UInt8], _ end: [UInt8]) -> EtcdRequest {
        make("/v3/kv/deleterange", [(first, "key"), (end, "range_end")], [:])
    }

    /// Forgets the history before a revision, so that deleted records free their space.
    static func compact(_ revision: UInt64) -> EtcdRequest {
        make("/v3/kv/compaction", [], ["revision": .string(String(revision))])
    }

    /// How the member is; answered without the others.
    static let status = make("/v3/maintenance/status", [], [:])

    /// Changes of a range from a revision on, in answers of bounded size, until broken off.
    static func watch(_ first: [UInt8], _ end: [UInt8], from revision: UInt64) -> EtcdRequest {
        let request = make(
            "/v3/watch", [(first, "key"), (end, "range_end")],
            [
                "start_revision": .string(String(revision)), "progress_notify": true,
                "fragment": true,
            ])
        return EtcdRequest(
            path: request.path,
            body: Array("{\"create_request\":".utf8) + request.body + Array("}".utf8))
    }

    static func authenticate(user: String, password: String) -> EtcdRequest {
        make("/v3/auth/authenticate", [], ["name": .string(user), "password": .string(password)])
    }

    private static func make(
        _ path: String, _ bytes: [(value: [UInt8], name: String)], _ rest: JSONValue
    ) -> EtcdRequest {
        let members = bytes.map { JSONMember($0.name, .string(Base64.encode($0.value))) }
        return EtcdRequest(path: path, body: JSONValue.object(members + rest.members).serialized())
    }
}
