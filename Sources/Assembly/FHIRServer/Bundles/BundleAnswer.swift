import Base
import Encoding
import FHIRSearch

/// Builds the Bundles that the server answers with.
enum BundleAnswer {
    static func bundle(
        _ type: String, id: String, time: Timestamp, total: Int? = nil,
        links: [(relation: String, url: String)] = [], entries: [JSONValue]
    ) -> JSONValue {
        var bundle: JSONValue = [
            "resourceType": "Bundle", "id": .string(id),
            "meta": ["lastUpdated": .string(time.rfc3339)], "type": .string(type),
        ]
        if let total { bundle["total"] = .integer(total) }
        if !links.isEmpty {
            bundle["link"] = .array(
                links.map { ["relation": .string($0.relation), "url": .string($0.url)] })
        }
        if !entries.isEmpty { bundle["entry"] = .array(entries) }
        return bundle
    }

    /// An entry of a history.
    static func past(
        _ version: StoredVersion, resource: JSONValue?, _ address: ServerAddress
    ) -> JSONValue {
        var entry: JSONValue = ["fullUrl": .string(address.url(version.name))]
        if let resource { entry["resource"] = resource }
        let (method, url, status) =
            switch version.method {
            case .create: ("POST", version.name.type, "201")
            case .update: ("PUT", version.name.text, "200")
            case .delete: ("DELETE", version.name.text, "204")
            }
        entry["request"] = ["method": .string(method), "url": .string(url)]
        entry["response"] = [
            "status": .string(status), "etag": .string("W/\"\(version.number)\""),
            "lastModified": .string(version.lastUpdated.rfc3339),
        ]
        return entry
    }
}
