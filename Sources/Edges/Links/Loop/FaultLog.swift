import Cryptography
import System

/// Logs a fault once a minute for each peer or address; the rest are only counted.
struct FaultLog {
    /// Whom a fault is about; a key only where it was proved or dialled.
    enum Subject: Hashable {
        case key(PublicKey)
        case address(String)
    }

    private struct Entry: Hashable {
        let subject: Subject
        let fault: LinkFault
    }

    private static let silence: UInt64 = 60_000_000_000

    /// Entries kept; beyond it all are forgotten, which at worst repeats a line.
    private static let entryCountMax = 1_024

    private let logger: Logger
    private var entries: [Entry: (time: UInt64, repeats: UInt64)] = [:]

    init(logger: Logger) { self.logger = logger }

    /// Writes a line unless there was one like it within the last minute.
    mutating func note(_ fault: LinkFault, _ subject: Subject, now: UInt64) {
        let entry = Entry(subject: subject, fault: fault)
        var repeats: UInt64 = 0
        if let last = entries[entry] {
            guard now - last.time >= Self.silence else {
                entries[entry] = (last.time, last.repeats + 1)
                return
            }
            repeats = last.repeats
        }
        if entries.count >= Self.entryCountMax { entries = [:] }
        entries[entry] = (now, 0)
        write(fault, subject, repeats)
    }

    private func write(_ fault: LinkFault, _ subject: Subject, _ repeats: UInt64) {
        let level: Logger.Level = fault.isOffence || fault.isLasting ? .warning : .info
        let place: LogValue =
            switch subject {
            case .key(let key): .hash(HashSuite.sha256.hash(key.tagged))
            case .address(let address): .address(address)
            }
        logger.log(
            level, "link.fault",
            ["reason": .word(fault.word), "peer": place, "repeats": .unsigned(repeats)])
    }
}
