import Base
import Cryptography
import Merkle

/// The log tree by the recursive definitions of RFC 9162 §2.1.
///
/// It shares no code with the room but the hash function itself.
struct NaiveLog: LogNodeReader {
    var leaves: [Hash256]
    let suite: HashSuite

    /// Leaves that are told apart by their number.
    init(count: Int, suite: HashSuite) {
        self.suite = suite
        leaves = (0..<count).map { Self.leaf(of: Self.entry($0), suite) }
    }

    static func entry(_ number: Int) -> [UInt8] { Array("entry \(number)".utf8) }

    static func leaf(of entry: [UInt8], _ suite: HashSuite) -> Hash256 { suite.hash([0] + entry) }

    static func node(_ left: Hash256, _ right: Hash256, _ suite: HashSuite) -> Hash256 {
        suite.hash([1] + left.bytes + right.bytes)
    }

    func root(_ range: Range<Int>) -> Hash256 {
        if range.isEmpty { return suite.hash([]) }
        if range.count == 1 { return leaves[range.lowerBound] }
        let middle = range.lowerBound + split(range.count)
        return Self.node(
            root(range.lowerBound..<middle), root(middle..<range.upperBound), suite)
    }

    /// PATH(m, D_n).
    func inclusion(_ index: Int, _ range: Range<Int>) -> [Hash256] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + split(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return index < middle
            ? inclusion(index, left) + [root(right)] : inclusion(index, right) + [root(left)]
    }

    /// PROOF(m, D_n).
    func consistency(_ old: Int, _ new: Int) -> [Hash256] { subproof(old, 0..<new, true) }

    private func subproof(_ old: Int, _ range: Range<Int>, _ isKnown: Bool) -> [Hash256] {
        if old == range.count { return isKnown ? [] : [root(range)] }
        let width = split(range.count)
        let middle = range.lowerBound + width
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return old <= width
            ? subproof(old, left, isKnown) + [root(right)]
            : subproof(old - width, right, false) + [root(left)]
    }

    private func split(_ count: Int) -> Int {
        var width = 1
        while width * 2 < count { width *= 2 }
        return width
    }

    func node(level: Int, index: UInt64) -> Hash256? {
        let first = Int(index) << level
        let end = first + (1 << level)
        return end <= leaves.count ? root(first..<end) : nil
    }
}
