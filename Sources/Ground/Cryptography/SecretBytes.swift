package import Base

/// Bytes that must not leak: kept in locked memory, compared in constant time, zeroed at the end.
///
/// Immutable and shared by reference, so that passing a key around makes no copies of it. Locking
/// is best effort: where the limit on locked memory is used up, the bytes are still zeroed.
package final class SecretBytes: @unchecked Sendable {  // The memory is never written after init.
    /// How many bytes.
    package let count: Int

    private let address: UnsafeMutablePointer<UInt8>
    private let onWipe: (@Sendable (UnsafeRawBufferPointer) -> Void)?

    /// Copies the bytes; the caller's array stays as it is.
    package convenience init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { address in
            UnsafeMutableRawBufferPointer(start: address, count: bytes.count).copyBytes(from: bytes)
        }
    }

    /// Copies a buffer.
    package convenience init(_ buffer: UnsafeRawBufferPointer) {
        self.init(count: buffer.count) { address in
            UnsafeMutableRawBufferPointer(start: address, count: buffer.count)
                .copyMemory(from: buffer)
        }
    }

    /// Draws `count` fresh bytes, and zeroes the array they came in.
    package convenience init(randomCount count: Int, from random: any RandomSource) {
        var bytes = random.bytes(count)
        self.init(copying: bytes)
        bytes.withUnsafeMutableBytes { SecretMemory.wipe($0) }
    }

    /// Lets `initialize` fill all of the memory in place.
    ///
    /// `onWipe` sees the memory after it was zeroed and before it is given back.
    init(
        count: Int, onWipe: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil,
        initialize: (UnsafeMutablePointer<UInt8>) -> Void
    ) {
        self.count = count
        self.onWipe = onWipe
        address = SecretMemory.allocate(count)
        initialize(address)
    }

    deinit {
        SecretMemory.wipe(UnsafeMutableRawBufferPointer(start: address, count: count))
        onWipe?(UnsafeRawBufferPointer(start: address, count: count))
        SecretMemory.release(address, count)
    }

    /// Lends the bytes for the duration of `body`; the pointer must not escape.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: address, count: count))
    }

    /// Lends the address to a C function; it must not escape.
    func withAddress<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        body(UnsafePointer(address))
    }

    /// A copy in ordinary memory, which nobody zeroes: for handing to an encoder that seals it.
    package func copyBytes() -> [UInt8] { withBytes { [UInt8]($0) } }
}

extension SecretBytes: Equatable {
    /// Takes a time that depends on the counts only.
    package static func == (left: SecretBytes, right: SecretBytes) -> Bool {
        left.withBytes { left in right.withBytes { constantTimeEqual(left, $0) } }
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The count only.
    package var description: String { "SecretBytes(\(count) bytes)" }

    /// The count only.
    package var debugDescription: String { description }

    /// No children, so that `dump` shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
