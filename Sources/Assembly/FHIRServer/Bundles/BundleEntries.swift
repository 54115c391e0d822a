import Encoding
import FHIRSearch

/// Entries of a search's answer as bytes: resources go in as they are kept, without being read.
struct BundleEntries {
    let address: ServerAddress
    private var bytes: [UInt8] = []

    init(address: ServerAddress) { self.address = address }

    /// Adds a resource in JSON.
    mutating func add(_ resource: [UInt8], of version: StoredVersion, mode: String) {
        let url = JSONValue.string(address.url(version.name)).serialized()
        open()
        bytes += Array("{\"fullUrl\":".utf8) + url + Array(",\"resource\":".utf8)
        bytes += resource
        bytes += Array(",\"search\":{\"mode\":\"\(mode)\"}}".utf8)
    }

    /// Adds what the server has to say about the search.
    mutating func add(outcome: JSONValue) {
        open()
        bytes += Array("{\"resource\":".utf8) + outcome.serialized()
        bytes += Array(",\"search\":{\"mode\":\"outcome\"}}".utf8)
    }

    /// The Bundle without entries, with these in it.
    func inserted(into bundle: JSONValue) -> [UInt8] {
        var frame = bundle.serialized()
        guard !bytes.isEmpty, frame.popLast() == UInt8(ascii: "}") else {
            return bundle.serialized()
        }
        frame += Array(",\"entry\":[".utf8)
        frame += bytes
        return frame + Array("]}".utf8)
    }

    private mutating func open() {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
    }
}
