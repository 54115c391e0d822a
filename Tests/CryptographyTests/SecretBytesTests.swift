import Base
import Synchronization
import Testing

@testable import Cryptography

@Suite("Secret bytes")
struct SecretBytesTests {
    /// What the hook saw when a secret of this size was given back.
    private func leftovers(count: Int) -> [UInt8] {
        let seen = Mutex<[UInt8]>([1])
        do {
            let secret = SecretBytes(count: count) { memory in
                seen.withLock { $0 = Array(memory) }
            } initialize: { address in
                for index in 0..<count { address[index] = 0xA5 }
            }
            #expect(secret.withBytes { $0.allSatisfy { $0 == 0xA5 } })
        }
        return seen.withLock { $0 }
    }

    @Test("are zeroed before their memory is given back", arguments: [1, 32, 64, 65, 5000])
    func zeroed(count: Int) {
        #expect(leftovers(count: count) == [UInt8](repeating: 0, count: count))
    }

    @Test("draw their own memory, however many live at once")
    func separate() {
        let random = SeededRandom(seed: 5)
        let reference = SeededRandom(seed: 5)
        let secrets = (0..<1000).map { SecretBytes(randomCount: $0 % 100, from: random) }
        for (index, secret) in secrets.enumerated() {
            #expect(secret.copyBytes() == reference.bytes(index % 100), "number \(index)")
        }
    }

    @Test("are made and given back by many tasks at once")
    func concurrent() async {
        await withTaskGroup(of: Bool.self) { group in
            for task in UInt8(0)..<8 {
                group.addTask {
                    (0..<2000).allSatisfy { _ in
                        let secret = SecretBytes(copying: [UInt8](repeating: task, count: 48))
                        return secret.withBytes { $0.allSatisfy { $0 == task } }
                    }
                }
            }
            for await isIntact in group { #expect(isIntact) }
        }
    }

    @Test("never show their contents")
    func hidden() {
        let secret = SecretBytes(copying: [222, 173, 190, 239])
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(text.contains("SecretBytes(4 bytes)"))
            #expect(!text.contains("222") && !text.contains("0x"))
        }
    }

    @Test("are equal when their bytes are, whatever their place")
    func equality() {
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret == SecretBytes(copying: [1, 2, 3]))
        #expect(secret != SecretBytes(copying: [1, 2, 4]))
        #expect(secret != SecretBytes(copying: [1, 2]))
        #expect(SecretBytes(copying: []) == SecretBytes(copying: []))
    }

    @Test("copy a buffer")
    func buffer() {
        let bytes: [UInt8] = [9, 8, 7]
        #expect(bytes.withUnsafeBytes { SecretBytes($0) }.copyBytes() == bytes)
    }

    @Test("comparison in constant time agrees with comparison")
    func constantTime() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1, 2, 0]))
        #expect(!constantTimeEqual([], [0]))
    }

    @Test("the system's random bytes come in any number and do not repeat")
    func systemRandom() {
        let random = SystemRandom()
        #expect(random.bytes(0).isEmpty)
        #expect(random.bytes(1000).count == 1000)
        #expect(random.hash256() != random.hash256())
    }
}
