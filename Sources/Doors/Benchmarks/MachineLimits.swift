import Base
import Cryptography
import Synchronization
import System

/// What the machine can do at best, measured in the same run as the ledger.
struct MachineLimits: Sendable {
    /// Ed25519 checks a second on all cores together, messages of 300 bytes.
    let signatureChecksPerSecond: Int
    /// Durable writes of 4 KiB a second into a preallocated file, one after the other.
    let syncsPerSecond: Int

    /// Signatures checked by each thread in one round.
    private static let checks = 10_000
    private static let rounds = 5
    private static let syncs = 500

    static func measure(folder: String, cores: Int, random: any RandomSource) throws
        -> MachineLimits
    {
        MachineLimits(
            signatureChecksPerSecond: try signatureRate(cores: cores, random: random),
            syncsPerSecond: try syncRate(folder: folder))
    }

    private static func signatureRate(cores: Int, random: any RandomSource) throws -> Int {
        let key = try SigningKey(suite: .ed25519, random: random)
        let message = random.bytes(300)
        let signature = try key.sign(message)
        let publicKey = key.publicKey
        var rates: [Int] = []
        for _ in 0..<rounds {
            let wrong = Atomic(0)
            let start = SystemClock.monotonicNanoseconds
            let threads = try (0..<cores).map { _ in
                try Thread("bench") {
                    for _ in 0..<checks where !publicKey.isValidSignature(signature, for: message) {
                        wrong.add(1, ordering: .relaxed)
                    }
                }
            }
            for thread in threads { thread.join() }
            precondition(wrong.load(ordering: .relaxed) == 0)
            let elapsed = SystemClock.monotonicNanoseconds - start
            rates.append(Int(UInt64(cores * checks) * 1_000_000_000 / max(1, elapsed)))
        }
        return rates.sorted()[rounds / 2]
    }

    private static func syncRate(folder: String) throws -> Int {
        let path = folder + "/sync-probe"
        let file = try File(path, .create)
        defer { try? FileSystem.removeFile(path) }
        let block = [UInt8](repeating: 0xA5, count: 4096)
        for index in 0..<syncs { try file.write(block, at: index * block.count) }
        try file.sync()
        let start = SystemClock.monotonicNanoseconds
        for index in 0..<syncs {
            try file.write(block, at: index * block.count)
            try file.sync()
        }
        let elapsed = SystemClock.monotonicNanoseconds - start
        return Int(UInt64(syncs) * 1_000_000_000 / max(1, elapsed))
    }

    /// The processor's name, for the report.
    static var machine: String {
        let text = (try? FileSystem.read("/proc/cpuinfo", limit: 1 << 20)) ?? []
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let cores = lines.count { $0.hasPrefix("processor") }
        return "\(cores) x \(model.map { $0.drop { $0 == " " } } ?? "unknown processor")"
    }
}
