/// Where an engine keeps one record: a stream, and the place in it, both counted from zero.
///
/// Streams replace each other: a record of a later stream comes behind all of the earlier ones.
package struct EnginePosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Counts up whenever the stream is replaced.
    package let stream: UInt64
    package let sequence: UInt64

    package init(stream: UInt64, sequence: UInt64) {
        (self.stream, self.sequence) = (stream, sequence)
    }

    package static func < (left: EnginePosition, right: EnginePosition) -> Bool {
        (left.stream, left.sequence) < (right.stream, right.sequence)
    }

    package var description: String { "\(stream)/\(sequence)" }
}
