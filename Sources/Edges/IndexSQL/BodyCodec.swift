import CZstandard
import FHIRSearch

/// How bodies are written: compressed, and sealed where the database is somebody else's.
package struct BodyCodec: Sendable {
    /// Seals bytes that belong to a place, or opens them; nil when they are not what was sealed.
    package typealias Cipher = @Sendable (_ bytes: [UInt8], _ place: [UInt8]) -> [UInt8]?

    private let seal: Cipher
    private let open: Cipher

    package init(seal: @escaping Cipher, open: @escaping Cipher) {
        (self.seal, self.open) = (seal, open)
    }

    /// For databases that are encrypted as a whole.
    package static let plain = BodyCodec(seal: { bytes, _ in bytes }, open: { bytes, _ in bytes })

    /// The version of the format: Zstandard inside of the cipher.
    private static let formatVersion: UInt8 = 1
    private static let level: Int32 = 3
    /// The largest body that is read: what says more is damaged.
    private static let byteLimit: UInt64 = 64 << 20

    /// Bound to the version of the resource, so that one cannot stand for another.
    private static func place(_ name: ResourceName, _ number: UInt64) -> [UInt8] {
        Array("\(name.text)/_history/\(number)".utf8)
    }

    func encoded(_ body: [UInt8], _ name: ResourceName, _ number: UInt64) throws(IndexError)
        -> [UInt8]
    {
        let bound = ZSTD_compressBound(body.count)
        var status = 0
        // Returns the size, or what ZSTD_isError knows; the buffer is ours.
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            status = Zstandard.shared.compress(body, into: buffer, level: Self.level)
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0, let sealed = seal(compressed, Self.place(name, number))
        else { throw .unavailable("a body cannot be written") }
        return [Self.formatVersion] + sealed
    }

    func decoded(_ bytes: [UInt8], _ name: ResourceName, _ number: UInt64) throws(IndexError)
        -> [UInt8]
    {
        let place = "\(name.type)/_history/\(number)"
        guard bytes.first == Self.formatVersion,
            let compressed = open(Array(bytes.dropFirst()), Self.place(name, number))
        else { throw .corrupt("the body of a version of \(place)") }
        let size = ZSTD_getFrameContentSize(compressed, compressed.count)
        guard size <= Self.byteLimit else { throw .corrupt("the body of a version of \(place)") }
        var status = 0
        let body = [UInt8](unsafeUninitializedCapacity: Int(size) + 1) { buffer, count in
            status = Zstandard.shared.decompress(compressed, into: buffer)
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0, body.count == Int(size) else {
            throw .corrupt("the body of a version of \(place)")
        }
        return body
    }
}
