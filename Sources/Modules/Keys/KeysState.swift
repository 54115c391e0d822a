package import Base
import ContractKit
package import Encoding
import Ledger

/// Bounds of the rows; part of the contract's version.
package enum KeysLimits {
    /// Bytes of an X25519 public key.
    package static let keyByteCount = 32
    /// Bytes of an epoch's private seed sealed to one reader.
    package static let sealedByteCount = 512
    /// Numbers of domains.
    ///
    /// What a number means is not for this module to know.
    package static let domains: ClosedRange<UInt8> = 1...255
}

/// The newest epoch of a domain: new records are sealed to its key.
package struct CurrentEpoch: Hashable, Sendable, CBORCodable {
    /// Counts from 1.
    package let epoch: UInt64

    package init(epoch: UInt64) { self.epoch = epoch }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(1)
        writer.unsigned(epoch)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "current epoch")
        try reader.version(1, "current epoch")
        epoch = try reader.unsigned()
    }
}

/// The public half of a domain's key pair in one epoch.
package struct DomainKey: Hashable, Sendable, CBORCodable {
    /// X25519, 32 bytes.
    package let publicKey: [UInt8]

    package init(publicKey: [UInt8]) { self.publicKey = publicKey }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(1)
        writer.byteString(publicKey)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "domain key")
        try reader.version(1, "domain key")
        publicKey = try reader.byteString(count: KeysLimits.keyByteCount)
    }
}

/// An epoch's private seed, sealed to one reader.
package struct KeyGrant: Hashable, Sendable, CBORCodable {
    /// HPKE ciphertext to the reader's reading key.
    package let sealed: [UInt8]
    /// The consent that it serves.
    package let consent: Hash256

    package init(sealed: [UInt8], consent: Hash256) {
        (self.sealed, self.consent) = (sealed, consent)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.unsigned(1)
        writer.byteString(sealed)
        writer.hash(consent)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "key grant")
        try reader.version(1, "key grant")
        sealed = try reader.someBytes(atMost: KeysLimits.sealedByteCount, field: "sealed")
        consent = try reader.hash()
    }
}
