package import Base
import Encoding

/// Puts a bundle together again from its manifest and resources, byte for byte.
package enum Reassembly {
    /// The original document; nil when the payload is no manifest or a record is missing.
    package static func document(
        from manifest: RecordPayload, resources: [Hash256: [UInt8]]
    ) -> [UInt8]? {
        guard manifest.kind == .manifest,
            let bundle = try? BundleManifest(
                decoding: manifest.content,
                limits: .init(
                    byteCount: RecordPayload.contentLimit, depth: 8, elementCount: 1_000_000))
        else { return nil }
        return bundle.reassemble { resources[$0] }
    }

    /// Every bundle among opened records that is whole, by its manifest's record.
    package static func documents(in opened: [OpenedRecord]) -> [(record: Hash256, bytes: [UInt8])]
    {
        var resources: [Hash256: [UInt8]] = [:]
        for record in opened where record.payload.kind == .resource {
            resources[record.record] = record.payload.content
        }
        return opened.filter { $0.payload.kind == .manifest }.compactMap { manifest in
            document(from: manifest.payload, resources: resources).map { (manifest.record, $0) }
        }
    }
}
