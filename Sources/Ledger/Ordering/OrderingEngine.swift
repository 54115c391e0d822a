/// What became of a record that was appended.
package enum AppendOutcome: Hashable, Sendable {
    /// The position holds this record.
    case created
    /// The position already held another record, and still does.
    case taken
}

/// Who learns of the order; called on the engine's thread, one call at a time: be brief.
package protocol OrderingReceiver: AnyObject, Sendable {
    /// The record at a position of the followed stream.
    ///
    /// The bytes are whatever the engine holds, by whomever. The same position may come again, with
    /// other bytes if the engine does not keep its word, and after a reconnect also lower ones.
    func ordered(_ record: [UInt8], at position: EnginePosition)

    /// Something other than counters has changed in the engine's health.
    func engineChanged(_ health: EngineHealth)
}

/// What puts opaque records into one total order, for all who use it.
///
/// An engine is an accelerator and never a trust anchor: it may lose, repeat, replace and invent
/// records. Replicas check everything that it delivers, and only finality makes a block
/// irrevocable.
package protocol OrderingEngine: AnyObject, Sendable {
    /// The largest record that the engine takes, in bytes.
    var recordByteCountMax: Int { get }

    /// Stores a record at a position, if that holds none yet; never blocks.
    ///
    /// A record that is there already counts as created if its bytes are the same: then an earlier
    /// attempt of ours did it. The completion is called once, on the engine's thread, which may be
    /// the caller's before this returns.
    func append(
        _ record: [UInt8], at position: EnginePosition,
        completion: @escaping @Sendable (Result<AppendOutcome, OrderingError>) -> Void)

    /// Delivers the records of a stream from a sequence on: in order, without gaps, those that
    /// exist first, then each as it comes.
    ///
    /// Replaces an earlier follow, of which one record may still be under way when this returns. A
    /// sequence that is missing holds up those behind it; the health names it.
    func follow(stream: UInt64, from sequence: UInt64)

    /// Lets the engine forget everything at and before a position, in all streams up to it.
    ///
    /// Best effort, and deferred: an engine does it every so many positions. Whoever still follows
    /// there has to get those records elsewhere.
    func release(through position: EnginePosition)

    var health: EngineHealth { get }

    /// Fails what is under way; once it returns, nobody is called any more.
    ///
    /// Not to be called by what the engine calls.
    func close()
}
