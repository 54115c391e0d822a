import Base
internal import CSodium

/// Random bytes of the operating system, for keys and nonces of real nodes.
///
/// libsodium reads getrandom(2) and ends the process rather than return weak bytes.
package final class SystemRandom: RandomSource {
    package init() { Sodium.prepare() }

    package func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let address = buffer.baseAddress { randombytes_buf(address, count) }
            initialized = count
        }
    }
}
