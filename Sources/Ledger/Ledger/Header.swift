package import Base
package import Cryptography
package import Encoding

/// Where in the ordering engine the block's transactions came from.
package struct OrderingPosition: Hashable, Sendable, CBORCodable {
    /// Counts up whenever the engine's stream is replaced.
    package let stream: UInt64
    /// The first batch in this block.
    package let first: UInt64
    /// The last batch in this block.
    package let last: UInt64

    package init(stream: UInt64, first: UInt64, last: UInt64) {
        (self.stream, self.first, self.last) = (stream, first, last)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.unsigned(stream)
        writer.unsigned(first)
        writer.unsigned(last)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "ordering position")
        stream = try reader.unsigned()
        first = try reader.unsigned()
        last = try reader.unsigned()
    }
}

/// What validators sign: a block's place in the chain and the roots of everything it commits to.
package struct Header: Hashable, Sendable, CBORCodable {
    /// GB/T 2260 code of the zone.
    package let zone: String
    /// The chain's identifier, ``Genesis/id``.
    package let chain: Hash256
    /// Counts the validator sets before this one: an epoch is the lifetime of one set.
    package let epoch: UInt64
    /// 1 for the first block.
    package let height: UInt64
    /// Digest of the header before, zero for the first.
    package let parent: Hash256
    /// Entries on the chain after this block.
    package let logSize: UInt64
    /// RFC 9162 root over all entries of the chain.
    package let logRoot: Hash256
    /// Root of the state tree after this block.
    package let stateRoot: Hash256
    package let time: Timestamp
    package let position: OrderingPosition
    /// Digest of the validator set that certifies this block.
    package let validators: Hash256
    /// Digest of the set that certifies the next one.
    package let nextValidators: Hash256
    /// Digest of the contracts' names and versions.
    package let contracts: Hash256

    package init(
        zone: String, chain: Hash256, epoch: UInt64, height: UInt64, parent: Hash256,
        logSize: UInt64, logRoot: Hash256, stateRoot: Hash256, time: Timestamp,
        position: OrderingPosition, validators: Hash256, nextValidators: Hash256,
        contracts: Hash256
    ) {
        (self.zone, self.chain, self.epoch, self.height) = (zone, chain, epoch, height)
        (self.parent, self.logSize, self.logRoot) = (parent, logSize, logRoot)
        (self.stateRoot, self.time, self.position) = (stateRoot, time, position)
        (self.validators, self.nextValidators) = (validators, nextValidators)
        self.contracts = contracts
    }

    /// True for the last block of an epoch: the next one is another set's to certify.
    package var endsEpoch: Bool { nextValidators != validators }

    /// The epoch of the next block.
    package var nextEpoch: UInt64 { endsEpoch ? epoch &+ 1 : epoch }

    /// The digest that the next header and the votes name.
    package func digest(_ suite: HashSuite) -> Hash256 { suite.hash(Domains.header + encoded) }

    package func encode(to writer: inout CBORWriter) {
        writer.array(14)
        writer.unsigned(1)
        writer.text(zone)
        writer.hash(chain)
        writer.unsigned(epoch)
        writer.unsigned(height)
        writer.hash(parent)
        writer.unsigned(logSize)
        writer.hash(logRoot)
        writer.hash(stateRoot)
        writer.unsigned(time.milliseconds)
        position.encode(to: &writer)
        writer.hash(validators)
        writer.hash(nextValidators)
        writer.hash(contracts)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(14, "header")
        try reader.version(1, "header")
        zone = try reader.text(atMost: 6)
        chain = try reader.hash()
        epoch = try reader.unsigned()
        height = try reader.unsigned()
        parent = try reader.hash()
        logSize = try reader.unsigned()
        logRoot = try reader.hash()
        stateRoot = try reader.hash()
        time = Timestamp(milliseconds: try reader.unsigned())
        position = try OrderingPosition(from: &reader)
        validators = try reader.hash()
        nextValidators = try reader.hash()
        contracts = try reader.hash()
    }
}
