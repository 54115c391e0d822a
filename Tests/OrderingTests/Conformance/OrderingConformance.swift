import Ordering
import System
import Testing

/// A place where several engines share one order.
protocol OrderingPlace {
    /// Another client of the same order.
    func join(_ receiver: any OrderingReceiver) throws -> any OrderingEngine
}

/// What every engine must do, as cases that run in any place.
struct OrderingConformance: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (any OrderingPlace) throws -> Void

    init(_ sentence: String, _ run: @escaping @Sendable (any OrderingPlace) throws -> Void) {
        (testDescription, self.run) = (sentence, run)
    }

    static let all: [OrderingConformance] = [
        OrderingConformance("A position takes one record, and the same one again") { place in
            let (one, two) = (try place.join(Inbox()), try place.join(Inbox()))
            defer { for engine in [one, two] { engine.close() } }
            #expect(one.put([1, 2], 0) == .success(.created))
            #expect(two.put([3], 0) == .success(.taken))
            #expect(two.put([], 0) == .success(.taken))
            #expect(one.put([1, 2], 0) == .success(.created))
            // Whoever brings the same bytes is told the same: there is one record anyway.
            #expect(two.put([1, 2], 0) == .success(.created))
            #expect(two.put([], 1) == .success(.created))
            #expect(one.put([3], 0, stream: 1) == .success(.created))
        },
        OrderingConformance("Of concurrent appenders one wins each position, for all") { place in
            let inboxes = (0..<4).map { _ in Inbox() }
            let engines = try inboxes.map { try place.join($0) }
            defer { for engine in engines { engine.close() } }
            for engine in engines { engine.follow(stream: 2, from: 0) }
            let outcomes = ConditionMutex([UInt64: [AppendOutcome: [UInt8]]]())
            let done = ConditionMutex(0)
            for sequence in UInt64(0)..<25 {
                for (author, engine) in engines.enumerated() {
                    let author = UInt8(author)
                    let position = EnginePosition(stream: 2, sequence: sequence)
                    engine.append(record(sequence, by: author), at: position) { result in
                        if case .success(let outcome) = result {
                            outcomes.withLock {
                                $0[sequence, default: [:]][outcome, default: []] += [author]
                            }
                        }
                        done.withLock { $0 += 1 }
                    }
                }
            }
            #expect(done.wait(milliseconds: patience) { $0 == 100 ? true : nil } == true)
            let winners = outcomes.withLock { $0 }
            for inbox in inboxes {
                let entries = inbox.entries(25)
                #expect(entries.map(\.position.sequence) == Array(0..<25))
                for entry in entries {
                    let sequence = entry.position.sequence
                    let created = winners[sequence]?[.created] ?? []
                    #expect(created.count == 1 && winners[sequence]?[.taken]?.count == 3)
                    #expect(entry.record == record(sequence, by: created.first ?? 99))
                }
            }
        },
        OrderingConformance("Following delivers what exists, then what comes") { place in
            let (inbox, writer) = (Inbox(), try place.join(Inbox()))
            let engine = try place.join(inbox)
            defer { for engine in [engine, writer] { engine.close() } }
            for sequence in UInt64(0)..<40 {
                #expect(writer.put(record(sequence), sequence) == .success(.created))
            }
            engine.follow(stream: 0, from: 0)
            #expect(inbox.entries(40).count == 40)
            for sequence in UInt64(40)..<60 {
                #expect(writer.put(record(sequence), sequence) == .success(.created))
            }
            let entries = inbox.entries(60)
            #expect(entries.map(\.position.sequence) == Array(0..<60))
            #expect(entries.map(\.record) == (UInt64(0)..<60).map { record($0) })
            #expect(engine.health.counters.deliveredCount == 60)
            #expect(engine.health.counters.deliveredByteCount == 960)
            #expect(writer.health.counters.createdCount == 60)
        },
        OrderingConformance("Following starts in the middle, and at what is not there yet") {
            place in
            let (inbox, writer) = (Inbox(), try place.join(Inbox()))
            let engine = try place.join(inbox)
            defer { for engine in [engine, writer] { engine.close() } }
            for sequence in UInt64(0)..<10 { _ = writer.put(record(sequence), sequence) }
            engine.follow(stream: 0, from: 7)
            #expect(inbox.entries(3).map(\.position.sequence) == [7, 8, 9])
            engine.follow(stream: 0, from: 10)
            for sequence in UInt64(10)..<12 { _ = writer.put(record(sequence), sequence) }
            #expect(inbox.entries(5).map(\.position.sequence) == [7, 8, 9, 10, 11])
        },
        OrderingConformance("A follow replaces the one before, also in another stream") { place in
            let inbox = Inbox()
            let engine = try place.join(inbox)
            defer { engine.close() }
            for stream in UInt64(0)..<3 { _ = engine.put(record(0), 0, stream: stream) }
            for stream in UInt64(0)..<3 {
                engine.follow(stream: stream, from: 0)
                let entry = inbox.entries(Int(stream) + 1).last
                #expect(entry?.position == EnginePosition(stream: stream, sequence: 0))
            }
            _ = engine.put(record(1), 1, stream: 1)
            _ = engine.put(record(1), 1, stream: 2)
            #expect(inbox.entries(4).map(\.position.stream) == [0, 1, 2, 2])
        },
        OrderingConformance("A hole holds up what is behind it, and is told of") { place in
            let inbox = Inbox()
            let engine = try place.join(inbox)
            defer { engine.close() }
            engine.follow(stream: 0, from: 0)
            for sequence in [UInt64(4), 0, 3, 2] { _ = engine.put(record(sequence), sequence) }
            #expect(inbox.entries(1).map(\.position.sequence) == [0])
            let gap = EngineHealth.Gap(missing: 1, present: 2)
            #expect(inbox.health { $0.gap == gap } != nil)
            #expect(inbox.sequences == [0])
            _ = engine.put(record(1), 1)
            #expect(inbox.entries(5).map(\.position.sequence) == [0, 1, 2, 3, 4])
            #expect(inbox.health { $0.gap == nil } != nil)
        },
        OrderingConformance("Records are taken up to the limit, and larger ones refused") { place in
            let inbox = Inbox()
            let engine = try place.join(inbox)
            defer { engine.close() }
            let limit = engine.recordByteCountMax
            engine.follow(stream: 0, from: 0)
            for sequence in UInt64(0)..<3 {
                let large = record(sequence, by: 255, byteCount: limit)
                #expect(engine.put(large, sequence) == .success(.created))
                #expect(inbox.entries(Int(sequence) + 1).last?.record == large)
            }
            #expect(
                engine.put(record(3, byteCount: limit + 1), 3)
                    == .failure(.tooLarge(byteCount: limit + 1, limit: limit)))
            #expect(engine.health.counters.failedCount == 1)
            #expect(engine.health.counters.createdByteCount == UInt64(3 * limit))
            let late = Inbox()
            let other = try place.join(late)
            defer { other.close() }
            other.follow(stream: 0, from: 0)
            #expect(late.entries(3) == inbox.entries)
        },
        OrderingConformance("What was released is gone for those who follow from before") { place in
            let inbox = Inbox()
            let engine = try place.join(inbox)
            defer { engine.close() }
            for stream in UInt64(0)..<2 {
                for sequence in UInt64(0)..<10 {
                    _ = engine.put(record(sequence), sequence, stream: stream)
                }
            }
            engine.release(through: EnginePosition(stream: 1, sequence: 5))
            engine.release(through: EnginePosition(stream: 0, sequence: 9))
            #expect(Self.wait { engine.health.counters.releaseCount > 0 })
            engine.follow(stream: 1, from: 2)
            let gap = EngineHealth.Gap(missing: 2, present: 6)
            #expect(inbox.health { $0.gap == gap } != nil)
            #expect(inbox.entries.isEmpty)
            engine.follow(stream: 1, from: 6)
            #expect(inbox.entries(4).map(\.position.sequence) == [6, 7, 8, 9])
            // A released position may be taken anew; only finality knows better.
            #expect(engine.put([9], 0, stream: 0) == .success(.created))
        },
        OrderingConformance("The last sequence that there can be ends a stream") { place in
            let inbox = Inbox()
            let engine = try place.join(inbox)
            defer { engine.close() }
            engine.follow(stream: .max, from: .max - 1)
            for sequence in [UInt64.max - 1, .max] { _ = engine.put([7], sequence, stream: .max) }
            #expect(inbox.entries(2).map(\.position.sequence) == [.max - 1, .max])
        },
        OrderingConformance("A closed engine takes nothing and calls nobody") { place in
            let inbox = Inbox()
            let (engine, other) = (try place.join(inbox), try place.join(Inbox()))
            defer { other.close() }
            engine.follow(stream: 0, from: 0)
            #expect(engine.put([1], 0) == .success(.created))
            #expect(inbox.entries(1).count == 1)
            engine.close()
            engine.close()
            let healths = inbox.healths.count
            #expect(engine.put([2], 1) == .failure(.closed))
            #expect(other.put([2], 1) == .success(.created))
            engine.follow(stream: 0, from: 0)
            engine.release(through: EnginePosition(stream: 0, sequence: 0))
            #expect(inbox.sequences == [0])
            #expect(inbox.healths.count == healths)
            #expect(engine.health.state == .closed)
        },
    ]

    /// Waits until something holds that nobody tells of; false if it does not come.
    static func wait(until holds: () -> Bool) -> Bool {
        let never = ConditionMutex(())
        for _ in 0..<patience / 10 {
            if holds() { return true }
            _ = never.wait(milliseconds: 10) { _ -> Void? in nil }
        }
        return holds()
    }
}
