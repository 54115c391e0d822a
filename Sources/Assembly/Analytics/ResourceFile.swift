package import Encoding
import FHIRModel
import System

/// A file of resources: NDJSON, a Bundle or a single resource, which bzip2 may have compressed.
///
/// NDJSON is read in pieces, so that memory is bounded by its longest line; of `.bz2` the
/// compressed bytes are in memory too. Documents are read whole.
package struct ResourceFile: Sendable {
    /// Bytes of one line or document, unpacked.
    private static let resourceLimits = JSONLimits.standard
    /// Bytes of a compressed file.
    private static let compressedLimit = 1 << 30
    private static let pieceByteCount = 1 << 20
    /// Endings of files that people may well have, but that must be unpacked first.
    private static let otherForms = ["zst", "gz", "xz", "zip", "parquet", "csv", "xml"]

    package let path: String
    private let isCompressed: Bool
    private let isLines: Bool

    /// Tells the form by the name.
    package init(_ path: String) throws(AnalyticsError) {
        var name = path.lowercased()
        for ending in Self.otherForms where name.hasSuffix("." + ending) {
            throw .form(file: path, ending: ending)
        }
        isCompressed = name.hasSuffix(".bz2")
        if isCompressed { name.removeLast(4) }
        isLines = name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl")
        self.path = path
    }

    /// Hands each resource on with its place, in order; what the closure throws ends it.
    package func read(
        _ body: (JSONValue, ResourcePlace) throws(AnalyticsError) -> Void
    ) throws(AnalyticsError) {
        guard isLines else { return try readDocument(body) }
        var splitter = LineSplitter(maximumByteCount: Self.resourceLimits.byteCount)
        try pieces { (piece) throws(AnalyticsError) in
            let lines: [(number: Int, bytes: [UInt8])]
            do throws(LineSplitter.Failure) { lines = try splitter.receiveNumbered(piece) } catch {
                throw Self.lineTooLong(error, path)
            }
            for line in lines { try take(line.bytes, .line(line.number), body) }
        }
        if let line = splitter.finishNumbered() { try take(line.bytes, .line(line.number), body) }
    }

    private static func lineTooLong(
        _ failure: LineSplitter.Failure, _ path: String
    ) -> AnalyticsError {
        switch failure {
        case .lineTooLong(let line):
            .lineTooLong(
                ResourcePlace(file: path, part: .line(line)), limit: resourceLimits.byteCount)
        }
    }

    private func readDocument(
        _ body: (JSONValue, ResourcePlace) throws(AnalyticsError) -> Void
    ) throws(AnalyticsError) {
        var bytes: [UInt8] = []
        try pieces { (piece) throws(AnalyticsError) in
            guard piece.count <= Self.resourceLimits.byteCount - bytes.count else {
                throw .lineTooLong(
                    ResourcePlace(file: path, part: .whole), limit: Self.resourceLimits.byteCount)
            }
            bytes += piece
        }
        try take(bytes, .whole, body)
    }

    // MARK: Resources

    private func take(
        _ bytes: [UInt8], _ part: ResourcePlace.Part,
        _ body: (JSONValue, ResourcePlace) throws(AnalyticsError) -> Void
    ) throws(AnalyticsError) {
        let place = ResourcePlace(file: path, part: part)
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, limits: Self.resourceLimits)
        } catch { throw .json(place, error.refusal(in: bytes)) }
        guard let type = value["resourceType"]?.stringValue else { throw .noResource(place) }
        guard type == "Bundle", part == .whole else { return try body(value, place) }
        for (index, entry) in (value["entry"]?.elements ?? []).enumerated() {
            guard let resource = entry["resource"] else { continue }
            let place = ResourcePlace(file: path, part: .entry(index + 1))
            guard resource["resourceType"]?.stringValue != nil else { throw .noResource(place) }
            try body(resource, place)
        }
    }

    // MARK: Bytes

    private func pieces(
        _ body: ([UInt8]) throws(AnalyticsError) -> Void
    ) throws(AnalyticsError) {
        if isCompressed { try unpackedPieces(body) } else { try plainPieces(body) }
    }

    private func plainPieces(
        _ body: ([UInt8]) throws(AnalyticsError) -> Void
    ) throws(AnalyticsError) {
        let file = try system { () throws(SystemError) in try File(path, .read) }
        var offset = 0
        while true {
            let piece = try system { () throws(SystemError) in
                try file.read(at: offset, count: Self.pieceByteCount)
            }
            guard !piece.isEmpty else { return }
            offset += piece.count
            try body(piece)
        }
    }

    private func unpackedPieces(
        _ body: ([UInt8]) throws(AnalyticsError) -> Void
    ) throws(AnalyticsError) {
        let bytes = try system { () throws(SystemError) in
            try FileSystem.read(path, limit: Self.compressedLimit)
        }
        var failure: AnalyticsError?
        do throws(Bzip2Error) {
            try Bzip2.decompress(bytes) { piece in
                do throws(AnalyticsError) {
                    try body(Array(piece))
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch { throw .compressed(file: path) }
        if let failure { throw failure }
    }

    private func system<Value>(
        _ body: () throws(SystemError) -> Value
    ) throws(AnalyticsError) -> Value {
        do throws(SystemError) { return try body() } catch { throw .system(error) }
    }
}
