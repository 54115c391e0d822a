import Encoding
import FHIRModel

extension FuzzTarget {
    /// A document that is taken apart goes together again, byte for byte.
    static let bundle = FuzzTarget(
        name: "bundle",
        seeds: [
            #"{"resourceType":"Patient","id":"a"}"#,
            #"{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1","#
                + #""resource":{"resourceType":"Observation","subject":{"reference":"urn:uuid:2"},"#
                + #""valueQuantity":{"value":1.00}},"#
                + #""request":{"method":"POST","url":"Observation"}},"#
                + #"{"fullUrl":"urn:uuid:2","resource":{"resourceType":"Patient"},"#
                + #""request":{"method":"POST","url":"Patient"}}]}"#,
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let unit = try? BundleSplitter.split(bytes, limits: .request) else { return false }
        precondition(unit.manifest.reassemble(unit.entries.map { unit.resourceBytes($0) }) == bytes)
        precondition((try? ImportManifest(decoding: unit.manifest.encoded)) == unit.manifest)
        return true
    }
}
