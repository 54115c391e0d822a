@preconcurrency import Glibc
import System
import Testing

@Suite("Processes")
struct ProcessTests {
    @Test("return what they print on both streams and how they ended")
    func run() throws {
        let result = try ProcessRunner.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
        #expect(result.end == .exited(3))
        #expect(result.text == "out\n")
        #expect(result.errorText == "err\n")
        #expect(try ProcessRunner.run(["sh", "-c", "kill -9 $$"]).end == .signalled(SIGKILL))
    }

    @Test("get the environment that they are given, and no input")
    func environment() throws {
        let result = try ProcessRunner.run(
            ["/bin/sh", "-c", "echo $COLOUR; cat"], environment: ["COLOUR=blue"])
        #expect(result.text == "blue\n")
        #expect(Environment.value("PATH") != nil)
        #expect(Environment.value("KANGLIAN_NOT_SET_ANYWHERE") == nil)
        #expect(Environment.all.contains { $0.hasPrefix("PATH=") })
    }

    @Test("with much output on both streams do not block")
    func muchOutput() throws {
        let script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"
        let result = try ProcessRunner.run(["sh", "-c", script])
        #expect(result.output.count == 3_000_000 && result.errors.count == 3_000_000)
    }

    @Test("that print or last too much are killed, with what they started")
    func limits() throws {
        let large = try #require(throws: SystemError.self) {
            try ProcessRunner.run(["sh", "-c", "cat /dev/zero"], outputLimit: 100_000)
        }
        #expect(large.code == EFBIG)
        let slow = try #require(throws: SystemError.self) {
            try ProcessRunner.run(["sh", "-c", "sleep 1000 & sleep 1000"], milliseconds: 50)
        }
        #expect(slow.code == ETIMEDOUT)
    }

    @Test("whose grandchildren keep the streams open do not make the caller wait")
    func grandchildren() throws {
        let result = try ProcessRunner.run(
            ["sh", "-c", "sleep 30 & echo $!"], milliseconds: 20_000)
        #expect(result.end.isSuccess)
        let number = try #require(Int32(result.text.dropLast()))
        #expect(kill(number, SIGKILL) == 0)
    }

    @Test("that do not exist are refused with their name")
    func missing() throws {
        let error = try #require(throws: SystemError.self) {
            try ProcessRunner.run(["kanglian-no-such-command"])
        }
        #expect(error.isMissing && error.place == "kanglian-no-such-command")
        #expect(throws: SystemError.self) { try ProcessRunner.run([]) }
    }

    @Test("run beside us until they are asked to end, and die with their object")
    func child() throws {
        let folder = try TestFolder()
        let log = "\(folder.path)/log"
        let child = try ChildProcess(
            ["sh", "-c", "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done"],
            output: .file(log), errors: .null)
        #expect(!child.hasEnded)
        while try FileSystem.exists(log) == false || FileSystem.byteCount(log) == 0 {
            try #require(!child.hasEnded)
        }
        #expect(child.wait(milliseconds: 1) == nil)
        // The trap runs in the shell; the group's sleep ends by the signal itself.
        child.terminate()
        #expect(child.wait(milliseconds: 20_000) == .exited(7))
        #expect(child.hasEnded)
        child.kill()
        #expect(try FileSystem.read(log, limit: 100) == Array("ready\nbye\n".utf8))

        var second: ChildProcess? = try ChildProcess(["sleep", "1000"])
        let number = try #require(second?.processID)
        second = nil
        #expect(kill(number, 0) == -1)
    }

    @Test("hear signals on a thread of their own until they stop listening")
    func signals() throws {
        let heard = ConditionMutex<[Int32]>([])
        let wait = try SignalWait([SIGUSR1, SIGUSR2]) { signal in
            heard.withLock { $0.append(signal) }
        }
        #expect(kill(getpid(), SIGUSR1) == 0)
        #expect(heard.wait(milliseconds: 20_000) { $0 == [SIGUSR1] ? true : nil } == true)
        #expect(kill(getpid(), SIGUSR2) == 0)
        #expect(heard.wait(milliseconds: 20_000) { $0 == [SIGUSR1, SIGUSR2] ? true : nil } == true)
        wait.stop()
    }
}
