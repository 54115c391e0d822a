import Base
import Cryptography
import Merkle

/// The state tree by its recursive definition over a dictionary.
///
/// It shares no code with the room but the hash function itself.
struct NaiveState {
    var values: [Hash256: Hash256] = [:]
    let suite: HashSuite

    init(suite: HashSuite = .sha256) { self.suite = suite }

    mutating func apply(_ changes: [StateChange]) {
        for change in changes { values[change.key] = change.valueHash }
    }

    var root: Hash256 { hash(sorted[...], 0) }

    var sorted: [(key: Hash256, valueHash: Hash256)] {
        values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The siblings on the way to a key, and the only leaf at its end if there is one.
    func path(_ key: Hash256) -> (siblings: [Hash256], end: Hash256?) {
        var (rest, siblings) = (sorted[...], [Hash256]())
        while rest.count > 1 {
            let (left, right) = halves(rest, siblings.count)
            let isRight = bit(key, siblings.count)
            siblings.append(hash(isRight ? left : right, siblings.count + 1))
            rest = isRight ? right : left
        }
        return (siblings, rest.first?.key)
    }

    private func hash(
        _ leaves: ArraySlice<(key: Hash256, valueHash: Hash256)>, _ depth: Int
    ) -> Hash256 {
        guard let first = leaves.first else { return .zero }
        if leaves.count == 1 {
            return suite.hash([2] + first.key.bytes + first.valueHash.bytes)
        }
        let (left, right) = halves(leaves, depth)
        return suite.hash([3] + hash(left, depth + 1).bytes + hash(right, depth + 1).bytes)
    }

    private typealias Leaves = ArraySlice<(key: Hash256, valueHash: Hash256)>

    private func halves(_ leaves: Leaves, _ depth: Int) -> (Leaves, Leaves) {
        let cut = leaves.firstIndex { bit($0.key, depth) } ?? leaves.endIndex
        return (leaves[..<cut], leaves[cut...])
    }

    private func bit(_ key: Hash256, _ index: Int) -> Bool {
        key.bytes[index / 8] & (0x80 >> UInt8(index % 8)) != 0
    }
}

/// Seeded keys and batches, friendly and hostile.
struct StateWorkload {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func hash() -> Hash256 {
        Hash256(words: (random.next(), random.next(), random.next(), random.next()))
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    /// A key that shares exactly `bits` leading bits, up to 255, with another.
    mutating func key(sharing bits: Int, with key: Hash256) -> Hash256 {
        let noise = hash().bytes
        var bytes = key.bytes
        for bit in bits..<256 {
            let mask: UInt8 = 0x80 >> UInt8(bit % 8)
            if bit == bits {
                bytes[bit / 8] ^= mask
            } else {
                bytes[bit / 8] = bytes[bit / 8] & ~mask | noise[bit / 8] & mask
            }
        }
        return bytes.withUnsafeBytes { Hash256(reading: $0) }
    }

    /// A uniform key, or one close to a known key: any shared length, most often nearly all.
    mutating func key(near known: [Hash256]) -> Hash256 {
        guard !known.isEmpty, below(3) > 0 else { return hash() }
        let other = known[below(known.count)]
        return key(sharing: below(2) == 0 ? below(256) : 255 - below(12), with: other)
    }

    /// Inserts, updates, no-ops and deletions of present and absent keys, some of them twice.
    mutating func batch(_ count: Int, on values: [Hash256: Hash256]) -> [StateChange] {
        let known = values.keys.sorted()
        var (changes, fresh): ([StateChange], [Hash256]) = ([], [])
        for _ in 0..<count {
            let isKnown = !known.isEmpty && below(2) == 0
            let key = isKnown ? known[below(known.count)] : key(near: known + fresh)
            switch below(8) {
            case 0...2: changes.append(StateChange(key: key, valueHash: nil))
            case 3: changes.append(StateChange(key: key, valueHash: values[key]))
            default: changes.append(StateChange(key: key, valueHash: hash()))
            }
            fresh.append(key)
            if below(10) == 0 { changes.append(StateChange(key: key, valueHash: hash())) }
        }
        return changes
    }
}
