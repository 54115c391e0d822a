import Base
import Ordering
import Testing

@testable import OrderingEtcd

@Suite("How far a stream was delivered")
struct StreamCursorTests {
    private func sequences(_ due: [StreamCursor.Due]) -> [UInt64] { due.map(\.sequence) }

    @Test("Any order of arrival gives one order of delivery", arguments: 1...20)
    func anyOrder(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var arrivals =
            (UInt64(5)..<105).map { $0 }
            + (0..<50).map { _ in .random(in: 5..<105, using: &random) }
        arrivals.shuffle(using: &random)
        var cursor = StreamCursor(stream: 0, from: 5)
        var delivered: [UInt64] = []
        for sequence in arrivals { delivered += sequences(cursor.take(sequence, record(sequence))) }
        #expect(delivered == Array(5..<105), "seed \(seed)")
        #expect(cursor.next == 105 && !cursor.lacksDropped)
    }

    @Test("A record that changed is delivered again, one that did not is not")
    func changed() {
        var cursor = StreamCursor(stream: 0, from: 0)
        #expect(sequences(cursor.take(0, [1])) == [0])
        #expect(cursor.take(0, [1]).isEmpty)
        #expect(cursor.take(0, [2]).map(\.record) == [[2]])
        #expect(cursor.take(0, [2]).isEmpty)
        #expect(cursor.take(0, [1]).map(\.record) == [[1]])
        #expect(cursor.next == 1)
    }

    @Test("What comes too early to be kept is looked for again")
    func dropped() {
        var cursor = StreamCursor(stream: 0, from: 0)
        for sequence in UInt64(1)..<400 { #expect(cursor.take(sequence, [0]).isEmpty) }
        #expect(!cursor.lacksDropped)
        #expect(sequences(cursor.take(0, [0])) == Array(0...256))
        #expect(cursor.lacksDropped)
        cursor.look()
        #expect(!cursor.lacksDropped)
        for sequence in UInt64(257)..<400 {
            #expect(sequences(cursor.take(sequence, [0])) == [sequence])
        }
        // Large ones are bounded by their bytes.
        for sequence in UInt64(401)..<406 {
            _ = cursor.take(sequence, [UInt8](repeating: 0, count: 3 << 20))
        }
        #expect(sequences(cursor.take(400, [])) == [400, 401, 402])
        #expect(cursor.lacksDropped)
    }

    @Test("Only so many delivered records are remembered")
    func remembers() {
        var cursor = StreamCursor(stream: 0, from: 0)
        for sequence in UInt64(0)..<2_000 { _ = cursor.take(sequence, [1]) }
        #expect(cursor.rewindStart == 976)
        #expect(cursor.take(976, [1]).isEmpty)
        #expect(sequences(cursor.take(3, [1])) == [3])
    }

    @Test("Going on starts at the last record, which must be as it was")
    func resumes() {
        var cursor = StreamCursor(stream: 0, from: 4)
        #expect(cursor.resumption == 4)
        _ = cursor.take(4, [1])
        #expect(cursor.resumption == 4 && cursor.next == 5)
        #expect(!cursor.contradicts(4, [1]) && cursor.contradicts(4, [2]))
        #expect(!cursor.contradicts(9, [1]))
        #expect(StreamCursor(stream: 0, from: 0).resumption == 0)
    }

    @Test("The last sequence ends the stream")
    func end() {
        var cursor = StreamCursor(stream: 0, from: .max)
        #expect(sequences(cursor.take(.max, [1])) == [.max])
        #expect(cursor.next == nil)
        #expect(cursor.take(.max, [1]).isEmpty)
        #expect(sequences(cursor.take(.max, [2])) == [.max])
    }
}
