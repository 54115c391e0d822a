package import Encoding

/// A document with holes where its resources were: with them it gives back the original bytes.
///
/// It still holds URLs of entries and searches, which may name a resident: it is as secret as the
/// resources. Encoded as `[skeleton, [offset, …]]`.
package struct ImportManifest: Hashable, CBORCodable {
    /// The document's bytes without its resources.
    package let skeleton: [UInt8]
    /// Where each resource belongs, as ascending offsets into the skeleton.
    package let holes: [Int]

    /// The most holes that a decoder accepts.
    package static let maximumHoleCount = 1_000_000

    /// Cuts ranges, which must ascend without overlap, out of a document.
    init(cutting ranges: [Range<Int>], from bytes: [UInt8]) {
        var skeleton: [UInt8] = []
        var holes: [Int] = []
        var position = 0
        for range in ranges {
            skeleton.append(contentsOf: bytes[position..<range.lowerBound])
            holes.append(skeleton.count)
            position = range.upperBound
        }
        skeleton.append(contentsOf: bytes[position...])
        (self.skeleton, self.holes) = (skeleton, holes)
    }

    /// The document with these resources in its holes; nil when their number differs.
    package func reassemble(_ resources: [[UInt8]]) -> [UInt8]? {
        guard resources.count == holes.count else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(skeleton.count + resources.reduce(0) { $0 + $1.count })
        var position = 0
        for (hole, resource) in zip(holes, resources) {
            bytes.append(contentsOf: skeleton[position..<hole])
            bytes.append(contentsOf: resource)
            position = hole
        }
        bytes.append(contentsOf: skeleton[position...])
        return bytes
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.byteString(skeleton)
        writer.list(holes) { $0.unsigned(UInt64($1)) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "import manifest")
        skeleton = try reader.byteString()
        let limit = UInt64(skeleton.count)
        holes = try reader.list(atMost: Self.maximumHoleCount) { reader throws(CBORError) in
            Int(try reader.unsigned(atMost: limit, field: "hole"))
        }
        guard zip(holes, holes.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw .outOfRange(offset: reader.offset, field: "hole")
        }
    }
}
