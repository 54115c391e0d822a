package import Base
package import Cryptography
package import Encoding

/// One contract call: which module, which call, and its arguments as deterministic CBOR.
package struct Call: Hashable, Sendable, CBORCodable {
    /// The contract, such as `records`.
    package let module: String
    /// The call, such as `write`.
    package let name: String
    /// The encoded arguments; the module decodes them.
    package let arguments: [UInt8]

    package init(module: String, name: String, arguments: [UInt8]) {
        (self.module, self.name, self.arguments) = (module, name, arguments)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.text(module)
        writer.text(name)
        writer.byteString(arguments)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "call")
        module = try reader.text(atMost: LedgerLimits.nameByteCount)
        name = try reader.text(atMost: LedgerLimits.nameByteCount)
        arguments = try reader.byteString(atMost: LedgerLimits.transactionByteCount)
    }
}

/// What a sender signs.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | chain | 32 bytes | the chain's genesis digest |
/// | sender | 32 bytes | the account that calls |
/// | nonce | 16 bytes | random; makes equal calls different transactions |
/// | validUntil | integer | the last height whose block may hold it |
/// | calls | 1 to 64 calls | succeed or fail together |
package struct TransactionBody: Hashable, Sendable, CBORCodable {
    package let chain: Hash256
    package let sender: AccountID
    package let nonce: [UInt8]
    package let validUntil: UInt64
    package let calls: [Call]

    package init(
        chain: Hash256, sender: AccountID, nonce: [UInt8], validUntil: UInt64, calls: [Call]
    ) {
        precondition(nonce.count == LedgerLimits.nonceByteCount)
        precondition((1...LedgerLimits.callCount).contains(calls.count))
        (self.chain, self.sender, self.nonce) = (chain, sender, nonce)
        (self.validUntil, self.calls) = (validUntil, calls)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(6)
        writer.unsigned(1)
        writer.hash(chain)
        sender.encode(to: &writer)
        writer.byteString(nonce)
        writer.unsigned(validUntil)
        writer.list(calls) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(6, "transaction body")
        try reader.version(1, "transaction")
        chain = try reader.hash()
        sender = try AccountID(from: &reader)
        nonce = try reader.byteString(count: LedgerLimits.nonceByteCount)
        validUntil = try reader.unsigned()
        let start = reader.offset
        calls = try reader.list(atMost: LedgerLimits.callCount) {
            (reader) throws(CBORError) in try Call(from: &reader)
        }
        guard !calls.isEmpty else { throw .outOfRange(offset: start, field: "calls") }
    }
}

extension CBORReader {
    /// A format's version number, which must be the one known here.
    package mutating func version(_ known: UInt64, _ format: String) throws(CBORError) {
        let start = offset
        guard try unsigned() == known else {
            throw .unexpected(offset: start, expected: "\(format) version \(known)")
        }
    }
}

/// One signature on a transaction: for which account, by which key.
package struct TransactionSignature: Hashable, Sendable, CBORCodable {
    package let account: AccountID
    package let key: PublicKey
    package let bytes: [UInt8]

    package init(account: AccountID, key: PublicKey, bytes: [UInt8]) {
        (self.account, self.key, self.bytes) = (account, key, bytes)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        account.encode(to: &writer)
        writer.byteString(key.tagged)
        writer.byteString(bytes)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "signature")
        account = try AccountID(from: &reader)
        key = try reader.publicKey()
        bytes = try reader.byteString(atMost: 128)
    }
}

extension CBORReader {
    /// A suite byte and a public key of that suite.
    package mutating func publicKey() throws(CBORError) -> PublicKey {
        let start = offset
        let tagged = try byteString(atMost: 128)
        guard let key = try? PublicKey(tagged: tagged) else {
            throw .outOfRange(offset: start, field: "public key")
        }
        return key
    }
}
