import Agent
import Base
import Encoding

/// The documents that a read gave back, each to be claimed once.
struct ReturnedDocuments {
    /// Bundles, byte for byte.
    private var bundles: [[UInt8]: Int] = [:]
    /// Resources that stand for themselves.
    private var resources: [[UInt8]: Int] = [:]

    init(_ outcomes: [ReadOutcome]) throws(PortError) {
        var contents: [Hash256: [UInt8]] = [:]
        var manifests: [OpenedRecord] = []
        for outcome in outcomes {
            switch outcome {
            case .opened(let opened) where opened.payload.kind == .manifest:
                manifests.append(opened)
            case .opened(let opened): contents[opened.record] = opened.payload.content
            case .refused(_, let reasons):
                throw .refused(
                    reasons.first
                        ?? Refusal("conformance.read", "A read was refused.", "读取被拒绝。"),
                    status: 403)
            case .unreadable(let record, let error):
                throw .unexpected("record \(record) is unreadable: \(error)")
            }
        }
        var parts: Set<Hash256> = []
        for manifest in manifests {
            guard let bytes = Reassembly.document(from: manifest.payload, resources: contents),
                let bundle = try? BundleManifest(
                    decoding: manifest.payload.content,
                    limits: .init(
                        byteCount: RecordPayload.contentLimit, depth: 8, elementCount: 1_000_000))
            else { throw .unexpected("the bundle \(manifest.record) is not whole") }
            parts.formUnion(bundle.records)
            bundles[bytes, default: 0] += 1
        }
        for (record, content) in contents where !parts.contains(record) {
            resources[content, default: 0] += 1
        }
    }

    /// Documents that nobody has claimed.
    var count: Int {
        bundles.values.reduce(0, +) + resources.values.reduce(0, +)
    }

    /// Claims a document that came in; false when it did not come back.
    mutating func take(_ document: [UInt8]) -> Bool {
        if Self.take(document, &bundles) { return true }
        return Self.take(Self.trimmed(document), &resources)
    }

    private static func take(_ key: [UInt8], _ counts: inout [[UInt8]: Int]) -> Bool {
        guard let count = counts[key] else { return false }
        counts[key] = count == 1 ? nil : count - 1
        return true
    }

    /// Without the white space of JSON at both ends (RFC 8259 §2).
    private static func trimmed(_ document: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        let start = document.firstIndex { !isSpace($0) } ?? document.endIndex
        let end = document.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return Array(document[start..<max(start, end)])
    }
}
