package import Base

/// How a store computes the address of a blob; the zone's hash suite, handed in as a function.
package typealias ContentHash = @Sendable ([UInt8]) -> Hash256

/// Where a blob is: the digest of its bytes.
package struct BlobAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let digest: Hash256

    package init(_ digest: Hash256) { self.digest = digest }

    package static func < (left: BlobAddress, right: BlobAddress) -> Bool {
        left.digest < right.digest
    }

    /// Lower-case hexadecimal, 64 characters.
    package var description: String { digest.description }
}

/// The vault: encrypted record bodies under the digest of their bytes.
///
/// Only whole blobs go in and out, so that files and object stores both fit. All calls may run on
/// several threads at once.
package protocol BlobStore: AnyObject, Sendable {
    /// Stores blobs and returns their addresses in the same order.
    ///
    /// All are durable when this returns. On an error some may be stored: call again, a blob that
    /// is already there is kept (and mended if it was damaged).
    func put(_ blobs: [[UInt8]]) throws(StorageError) -> [BlobAddress]

    /// The blob, checked against its address; nil when there is none, `corrupt` when it rotted.
    func get(_ address: BlobAddress) throws(StorageError) -> [UInt8]?

    /// Removes a blob durably and beyond recovery through this store; no error if it is absent.
    func delete(_ address: BlobAddress) throws(StorageError)

    /// Whether a blob is there; its bytes are not checked.
    func contains(_ address: BlobAddress) throws(StorageError) -> Bool

    /// The next addresses in ascending order, at most `limit`; `after` itself is excluded.
    func addresses(after: BlobAddress?, limit: Int) throws(StorageError) -> [BlobAddress]

    /// Ends the use of the store; later calls throw `closed`.
    func close()
}
