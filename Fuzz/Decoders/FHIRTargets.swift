import Encoding
import FHIRModel

extension FuzzTarget {
    /// A document that is taken apart goes together again, and its references can be exchanged.
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
        do throws(ImportError) {
            let unit = try BundleSplitter.split(bytes)
            let resources = unit.entries.map { unit.resourceBytes($0) }
            precondition(unit.manifest.reassemble(resources) == bytes, "the document changed")
            let manifest = try? ImportManifest(decoding: unit.manifest.encoded)
            precondition(manifest == unit.manifest, "the manifest changed")
            for (entry, resource) in zip(unit.entries, resources) {
                let kept = unit.resourceBytes(entry) { _ in nil }
                precondition(kept == resource, "a resource changed without a reason")
                let changed = unit.resourceBytes(entry) { $0.text + "x" }
                let single = try BundleSplitter.split(changed)
                precondition(
                    single.entries[0].references.filter { !$0.isLink }.map(\.text)
                        == entry.references.filter { !$0.isLink }.map { $0.text + "x" },
                    "the references are not what they were changed to")
            }
            return true
        } catch {
            precondition((0...bytes.count).contains(error.offset), "the error is outside")
            _ = error.refusal(in: bytes)
            return false
        }
    }
}
