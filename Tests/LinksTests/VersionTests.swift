import Base
import Cryptography
import Testing

@testable import Links

@Suite("Versions of messages", .timeLimit(.minutes(3)))
struct VersionTests {
    @Test(
        "are negotiated link by link: the highest that both speak",
        arguments: [
            ([1], [1, 2], 1), ([1, 2], [1], 1), ([1, 2], [2, 3], 2), ([1, 2, 3], [1, 2, 3], 3),
            ([2, 9, 300], [2, 300, 301], 300),
        ] as [([UInt16], [UInt16], UInt16)])
    func negotiated(left: [UInt16], right: [UInt16], version: UInt16) throws {
        let old = try TestNode(1) { $0.versions = left }
        let new = try TestNode(2) { $0.versions = right }
        try TestNode.link(old, new)
        #expect(old.links.status(of: new.publicKey)?.version == version)
        #expect(new.links.status(of: old.publicKey)?.version == version)
        #expect(old.recorder.current.connected.map(\.version) == [version])
    }

    @Test("one node speaks an old version to one peer and a new one to another")
    func mixed() throws {
        let middle = try TestNode(1) { $0.versions = [1, 2] }
        let old = try TestNode(2) { $0.versions = [1] }
        let new = try TestNode(3) { $0.versions = [2, 3] }
        try TestNode.link(old, middle)
        try TestNode.link(new, middle)
        #expect(middle.links.status(of: old.publicKey)?.version == 1)
        #expect(middle.links.status(of: new.publicKey)?.version == 2)
    }

    @Test("without a common one there is no link, a clear line in both logs, and no haste")
    func noCommonVersion() throws {
        let old = try TestNode(1) { $0.versions = [1] }
        let new = try TestNode(2) { $0.versions = [2] }
        try old.links.setPeers([new.peer()])
        try eventually("refused") {
            old.links.status(of: new.publicKey)?.lastFault == .refusedVersion
        }
        #expect(new.count(.noCommonVersion) == 1)
        #expect(old.logged.contains { $0.contains("refused-version") && $0.contains("warning") })
        #expect(new.logged.contains { $0.contains("no-common-version") })
        #expect(LinkFault.refusedVersion.isLasting && LinkFault.noCommonVersion.isLasting)
        #expect(!old.isConnected(to: new.publicKey))
    }
}
