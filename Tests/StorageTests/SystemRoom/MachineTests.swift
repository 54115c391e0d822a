@preconcurrency import Glibc
import Base
import System
import Testing

@Suite("The machine")
struct MachineTests {
    @Test("has a clock of this century and one that never goes back")
    func clocks() {
        #expect(SystemClock.now > Timestamp(milliseconds: 1_700_000_000_000))
        var last = SystemClock.monotonicNanoseconds
        for _ in 0..<1000 {
            let next = SystemClock.monotonicNanoseconds
            #expect(next >= last)
            last = next
        }
        let before = SystemClock.threadNanoseconds
        #expect((0..<10_000).reduce(0, &+) > 0)
        #expect(SystemClock.threadNanoseconds > before)
    }

    @Test("reports what the process uses")
    func resources() {
        let use = ResourceUse.current
        #expect(use.peakResidentBytes > 1 << 20)
        #expect(use.processorNanoseconds >= use.userNanoseconds && use.userNanoseconds > 0)
        #expect(ResourceUse.residentBytes > 1 << 20)
    }

    @Test("runs threads under their names, and joins them")
    func threads() throws {
        let sum = ConditionMutex(0)
        let names = ConditionMutex<[String]>([])
        let threads = try (1...8).map { number in
            try Thread("a-name-beyond-15-bytes") {
                let name = try? FileSystem.read("/proc/thread-self/comm", limit: 100)
                names.withLock { $0.append(String(decoding: name ?? [], as: UTF8.self)) }
                for _ in 0..<1000 { sum.withLock { $0 += number } }
            }
        }
        for thread in threads { thread.join() }
        for thread in threads { thread.join() }
        #expect(sum.withLock { $0 } == 36_000)
        #expect(names.withLock { $0 } == Array(repeating: "a-name-beyond-1\n", count: 8))
    }

    @Test("wakes threads when what they wait for holds, and no later than asked")
    func conditions() throws {
        let turn = ConditionMutex(0)
        let other = try Thread("ping") {
            for number in 0..<100 { turn.wait { $0 == 2 * number + 1 ? $0 += 1 : nil } }
        }
        for number in 0..<100 { turn.wait { $0 == 2 * number ? $0 += 1 : nil } }
        other.join()
        #expect(turn.withLock { $0 } == 200)
        let nothing: Bool? = turn.wait(milliseconds: 1) { $0 < 0 ? true : nil }
        #expect(nothing == nil)
    }

    @Test(
        "counts the columns of text",
        arguments: [
            ("", 0), ("abc", 3), ("康链", 4), ("a康b", 4), ("é", 1), ("e\u{301}", 1), ("ｱ", 1),
            ("ア", 2), ("한글", 4), ("（）", 4), ("👩‍⚕️", 2), ("🇨🇳", 2), ("✔", 1), ("✔️", 2), ("𠮷", 2),
            ("\u{200B}", 0), ("—…", 2), ("\t", 0),
        ])
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.columns(of: text) == columns)
    }

    @Test("pads text to columns and knows that a file is no terminal")
    func terminal() throws {
        #expect(Terminal.padded("康链", to: 6) == "康链  ")
        #expect(Terminal.padded("kanglian", to: 3) == "kanglian")
        let file = try File("/dev/null", .read)
        #expect(!Terminal.isInteractive(file.descriptor))
        #expect(Terminal.columns(file.descriptor) == nil)
    }
}
