// Rooms: FHIRModel
import Base
import Encoding
import FHIRModel

/// A document that splits is given back byte for byte, and its references can be exchanged.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    do throws(ImportError) {
        let unit = try BundleSplitter.split(bytes)
        let resources = unit.entries.map(unit.resourceBytes)
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
    } catch {
        precondition((0...count).contains(error.offset), "the error is outside of the document")
        _ = error.refusal(in: bytes)
    }
    return 0
}
