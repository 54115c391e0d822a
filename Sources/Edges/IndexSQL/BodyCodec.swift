import Compression
import FHIRSearch

/// How bodies are written: compressed, and sealed where the database is somebody else's.
package struct BodyCodec: Sendable {
    /// Seals bytes that belong to a place, or opens them; nil when they are not what was sealed.
    package typealias Cipher = @Sendable (_ bytes: [UInt8], _ place: [UInt8]) -> [UInt8]?

    private let seal: Cipher
    private let open: Cipher
    private let contexts = ContextPool()

    package init(seal: @escaping Cipher, open: @escaping Cipher) {
        (self.seal, self.open) = (seal, open)
    }

    /// For databases that are encrypted as a whole.
    package static let plain = BodyCodec(seal: { bytes, _ in bytes }, open: { bytes, _ in bytes })

    /// The version of the format: Zstandard inside of the cipher.
    private static let formatVersion: UInt8 = 1
    /// The largest body that is read: what says more is damaged.
    private static let byteLimit = 64 << 20

    /// Bound to the version of the resource, so that one cannot stand for another.
    private static func place(_ name: ResourceName, _ number: UInt64) -> [UInt8] {
        Array("\(name.text)/_history/\(number)".utf8)
    }

    func encoded(_ body: [UInt8], _ name: ResourceName, _ number: UInt64) throws(IndexError)
        -> [UInt8]
    {
        guard let compressed = contexts.use({ $0.compress(body) }),
            let sealed = seal(compressed, Self.place(name, number))
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
        do throws(ZstandardError) {
            return try contexts.use { context throws(ZstandardError) in
                try context.decompress(compressed, limit: Self.byteLimit)
            }
        } catch { throw .corrupt("the body of a version of \(place)") }
    }

    // MARK: Notes

    /// Bound to the note's key; not compressed, as notes are small or ciphertext.
    func sealed(note value: [UInt8], _ key: [UInt8]) throws(IndexError) -> [UInt8] {
        guard let sealed = seal(value, Array("note/".utf8) + key) else {
            throw .unavailable("a note cannot be written")
        }
        return sealed
    }

    func opened(note value: [UInt8], _ key: [UInt8]) throws(IndexError) -> [UInt8] {
        guard let opened = open(value, Array("note/".utf8) + key) else {
            throw .corrupt("a note")
        }
        return opened
    }
}
