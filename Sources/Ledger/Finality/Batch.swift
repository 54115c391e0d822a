package import Base
import Cryptography
package import Encoding
package import Ledger

/// The transactions of a batch: found by the digest of their bytes.
package struct BatchBody: Hashable, Sendable {
    /// Encoded signed transactions, in order.
    package let transactions: [[UInt8]]
    package let digest: Hash256
    /// Bytes of the encoded list.
    package let byteCount: Int

    package init(_ transactions: [[UInt8]]) {
        self.transactions = transactions
        let bytes = Self.encode(transactions)
        digest = HashSuite.sha256.hash(FinalityDomains.body + bytes)
        byteCount = bytes.count
    }

    /// An empty block's body.
    package static let empty = BatchBody([])

    package var encoded: [UInt8] { Self.encode(transactions) }

    private static func encode(_ transactions: [[UInt8]]) -> [UInt8] {
        var writer = CBORWriter(
            reservingCapacity: 16 + transactions.reduce(0) { $0 + $1.count + 5 })
        writer.list(transactions) { $0.byteString($1) }
        return writer.bytes
    }

    package static func == (left: BatchBody, right: BatchBody) -> Bool {
        left.digest == right.digest
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension BatchBody: CBORCodable {
    package func encode(to writer: inout CBORWriter) { writer.raw(encoded) }

    package init(from reader: inout CBORReader) throws(CBORError) {
        let start = reader.offset
        let transactions = try reader.list(atMost: LedgerLimits.blockTransactionCount) {
            (reader) throws(CBORError) in
            try reader.byteString(atMost: LedgerLimits.transactionByteCount)
        }
        guard transactions.reduce(0, { $0 + $1.count }) <= LedgerLimits.blockByteCount else {
            throw .outOfRange(offset: start, field: "body")
        }
        self.init(transactions)
    }
}

/// What a validator puts into the ordering engine: a batch for one position, under its signature.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | stream, sequence | integers | the engine's position that it was made for |
/// | time | integer | milliseconds since 1970, as the maker's clock says |
/// | body | 32 bytes | digest of the transactions |
/// | count | integer | how many they are |
/// | maker | 32 bytes | the validator's account |
/// | signature | byte string | by the validator's key, over the chain and all fields before |
/// | inline | null or body | the transactions when they are small; otherwise peers have them |
package struct SignedBatch: Hashable, Sendable, CBORCodable {
    package let stream: UInt64
    package let sequence: UInt64
    package let time: Timestamp
    package let body: Hash256
    package let count: UInt64
    package let maker: AccountID
    package let signature: [UInt8]
    package let inline: BatchBody?

    package init(
        stream: UInt64, sequence: UInt64, time: Timestamp, body: BatchBody, maker: AccountID,
        chain: Hash256, authenticator: any Authenticator
    ) {
        (self.stream, self.sequence, self.time) = (stream, sequence, time)
        (self.body, count) = (body.digest, UInt64(body.transactions.count))
        self.maker = maker
        inline = body.byteCount <= FinalityLimits.inlineByteCount ? body : nil
        signature = authenticator.sign(
            Self.message(chain, stream, sequence, time, body.digest, count, maker))
    }

    /// What the maker signs.
    package func message(_ chain: Hash256) -> [UInt8] {
        Self.message(chain, stream, sequence, time, body, count, maker)
    }

    private static func message(
        _ chain: Hash256, _ stream: UInt64, _ sequence: UInt64, _ time: Timestamp,
        _ body: Hash256, _ count: UInt64, _ maker: AccountID
    ) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 160)
        writer.array(7)
        writer.hash(chain)
        writer.unsigned(stream)
        writer.unsigned(sequence)
        writer.unsigned(time.milliseconds)
        writer.hash(body)
        writer.unsigned(count)
        maker.encode(to: &writer)
        return FinalityDomains.batch + writer.bytes
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(9)
        writer.unsigned(1)
        writer.unsigned(stream)
        writer.unsigned(sequence)
        writer.unsigned(time.milliseconds)
        writer.hash(body)
        writer.unsigned(count)
        maker.encode(to: &writer)
        writer.byteString(signature)
        writer.optional(inline) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(9, "batch")
        try reader.version(1, "batch")
        stream = try reader.unsigned()
        sequence = try reader.unsigned()
        time = Timestamp(milliseconds: try reader.unsigned())
        body = try reader.hash()
        count = try reader.unsigned(
            atMost: UInt64(LedgerLimits.blockTransactionCount), field: "transactions")
        maker = try AccountID(from: &reader)
        signature = try reader.byteString(atMost: 128)
        let start = reader.offset
        inline = try reader.optional { (reader) throws(CBORError) in try BatchBody(from: &reader) }
        guard inline == nil || inline?.digest == body else {
            throw .outOfRange(offset: start, field: "inline body")
        }
    }
}
