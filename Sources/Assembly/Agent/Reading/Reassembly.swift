package import Base
import Encoding

/// Puts a bundle together again from its manifest and resources, byte for byte.
package enum Reassembly {
    /// The original document; nil when the payload is no manifest or a record is missing.
    package static func document(
        from manifest: RecordPayload, resources: [Hash256: [UInt8]]
    ) -> [UInt8]? {
        bundle(manifest)?.reassemble { resources[$0] }
    }

    /// What a person is shown of a record; nil when a manifest is damaged.
    ///
    /// A resource as it is, and of a bundle its own part, in which `{"record":"…"}` stands for
    /// each resource.
    package static func outline(of payload: RecordPayload) -> [UInt8]? {
        switch payload.kind {
        case .resource, .deletion: payload.content
        case .manifest: bundle(payload)?.reassemble { Array(#"{"record":"\#($0)"}"#.utf8) }
        }
    }

    private static func bundle(_ payload: RecordPayload) -> BundleManifest? {
        guard payload.kind == .manifest else { return nil }
        return try? BundleManifest(
            decoding: payload.content,
            limits: .init(
                byteCount: RecordPayload.contentLimit, depth: 8, elementCount: 1_000_000))
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
