import Base
import Encoding
import FHIRSearch

/// Puts what the server decides into a resource: its id, version and time.
enum ResourceStamp {
    /// The resource with `id`, `meta.versionId` and `meta.lastUpdated` set.
    ///
    /// Everything else stays as it was sent, byte for byte; `id` and `meta` are put behind
    /// `resourceType` when they are missing.
    static func stamp(
        _ resource: JSONValue, _ name: ResourceName, version: UInt64, time: Timestamp
    ) -> JSONValue {
        var meta = resource["meta"] ?? .object([])
        meta["versionId"] = .string(String(version))
        meta["lastUpdated"] = .string(time.rfc3339)
        var members = resource.members.filter { $0.key != "id" && $0.key != "meta" }
        let place = (members.firstIndex { $0.key == "resourceType" } ?? -1) + 1
        members.insert(
            contentsOf: [JSONMember("id", .string(name.id)), JSONMember("meta", meta)], at: place)
        return .object(members)
    }

    /// What a deletion leaves on the chain.
    static func deletion(
        _ name: ResourceName, version: UInt64, time: Timestamp
    ) -> JSONValue {
        stamp(["resourceType": .string(name.type)], name, version: version, time: time)
    }
}
