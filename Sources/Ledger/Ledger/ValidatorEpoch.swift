package import Encoding
package import Base

/// The validators of one epoch: an epoch is the lifetime of one set.
///
/// Epoch 0 has no row; its set is the genesis document's.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | epoch | integer | counts the changes of the set |
/// | first | integer | height of the first block that this set certifies |
/// | proposal | 32 bytes | the decision that made the set, zero for epoch 0 |
/// | validators | array | the set |
package struct ValidatorEpoch: Hashable, Sendable, CBORCodable {
    package let epoch: UInt64
    package let first: UInt64
    package let proposal: Hash256
    package let validators: ValidatorSet

    package init(epoch: UInt64, first: UInt64, proposal: Hash256, validators: ValidatorSet) {
        (self.epoch, self.first) = (epoch, first)
        (self.proposal, self.validators) = (proposal, validators)
    }

    /// The epoch with which a chain begins.
    package init(genesis: Genesis) {
        self.init(epoch: 0, first: 1, proposal: .zero, validators: genesis.validators)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.unsigned(1)
        writer.unsigned(epoch)
        writer.unsigned(first)
        writer.hash(proposal)
        validators.encode(to: &writer)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "validator epoch")
        try reader.version(1, "validator epoch")
        epoch = try reader.unsigned()
        first = try reader.unsigned()
        proposal = try reader.hash()
        validators = try ValidatorSet(from: &reader)
    }
}
