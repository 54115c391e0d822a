import Base
import Cryptography
import System
import Testing

@testable import Links

@Suite("Links among several nodes", .timeLimit(.minutes(3)))
struct MeshTests {
    private static func connect(_ nodes: [TestNode]) throws {
        let peers = try nodes.map { try $0.peer() }
        // Everybody dials everybody, the node itself included, which it knows to leave out.
        for node in nodes { try node.links.setPeers(peers) }
        try eventually("all are linked") {
            nodes.allSatisfy { node in
                nodes.allSatisfy { $0 === node || node.isConnected(to: $0.publicKey) }
            }
        }
    }

    @Test("four nodes all hear each other's broadcasts")
    func fullMesh() throws {
        let nodes = try (1...4).map { try TestNode(UInt64($0)) }
        try Self.connect(nodes)
        for (index, node) in nodes.enumerated() {
            #expect(node.links.broadcast([UInt8(index)], priority: .votes) == 3)
        }
        for node in nodes {
            try eventually("three messages come") { node.recorder.current.messages.count == 3 }
            for (index, other) in nodes.enumerated() where other !== node {
                #expect(node.recorder.messages(from: other.publicKey) == [[UInt8(index)]])
            }
            #expect(node.recorder.current.connected.count == 3)
            #expect(node.recorder.current.disconnected.isEmpty)
        }
    }

    @Test("two nodes that dial each other at once keep one link, and lose nothing")
    func simultaneousDials() throws {
        for round in 0..<20 as Range<UInt64> {
            let nodes = try [TestNode(2 * round + 10), TestNode(2 * round + 11)]
            try Self.connect(nodes)
            for number in 0..<10 as Range<UInt8> {
                for node in nodes { node.links.broadcast([number], priority: .bulk) }
            }
            for (node, other) in zip(nodes, nodes.reversed()) {
                try eventually("all messages come") {
                    node.recorder.messages(from: other.publicKey).count == 10
                }
                let record = node.recorder.current
                #expect(record.messages.map(\.bytes) == (0..<10).map { [$0] })
                #expect(record.connected.count == 1 && record.disconnected.isEmpty)
            }
        }
    }

    @Test("a peer that restarts is linked again, and the queue starts anew")
    func restart() throws {
        let left = try TestNode(1)
        var right = try TestNode(2)
        try TestNode.link(left, right)
        let port = try #require(right.links.port)
        for round in 1...3 {
            right.links.stop()
            #expect(right.links.port == nil)
            try eventually("the end is noticed") {
                left.recorder.current.disconnected.count == round
            }
            #expect(!left.links.send([0], to: right.publicKey, priority: .votes))
            // Another test's connection may have the port for a moment.
            try eventually("restarted") {
                guard let again = try? TestNode(2, port: port) else { return false }
                right = again
                return true
            }
            try eventually("linked again") { left.isConnected(to: right.publicKey) }
            #expect(left.links.send([UInt8(round)], to: right.publicKey, priority: .votes))
            try eventually("it comes") {
                right.recorder.messages(from: left.publicKey) == [[UInt8(round)]]
            }
        }
    }

    @Test("when peers change, those no longer admitted are cut off")
    func setPeers() throws {
        let nodes = try (1...3).map { try TestNode(UInt64($0)) }
        try Self.connect(nodes)
        nodes[0].admit([nodes[1].publicKey: .observer])
        try nodes[0].links.setPeers([nodes[1].peer()])
        try eventually("the third is cut off") {
            nodes[0].links.status(of: nodes[2].publicKey) == nil
        }
        #expect(nodes[0].recorder.current.disconnected.map(\.reason) == [.notAdmitted])
        #expect(nodes[0].isConnected(to: nodes[1].publicKey))
        #expect(nodes[0].links.status(of: nodes[1].publicKey)?.role == .observer)
        // It keeps dialling, and is told why not.
        try eventually("refused") {
            nodes[2].links.status(of: nodes[0].publicKey)?.lastFault == .refusedKey
        }
    }

    @Test("observers have a bound of their own")
    func observersAreBounded() throws {
        let centre = try TestNode(1) { $0.limits.observerCountMax = 2 }
        let others = try (2...4).map { try TestNode(UInt64($0)) }
        centre.admit(Dictionary(uniqueKeysWithValues: others.map { ($0.publicKey, .observer) }))
        for other in others.prefix(2) { try TestNode.link(other, centre) }
        try others[2].links.setPeers([centre.peer()])
        try eventually("refused") {
            others[2].links.status(of: centre.publicKey)?.lastFault == .refusedKey
        }
        #expect(centre.count(.notAdmitted) >= 1)
        // Without this the others would be gone after their last use.
        try withExtendedLifetime(others) {
            try eventually("the other two stay") { centre.links.status.count == 2 }
        }
    }

    @Test("stop closes every link, frees the port and lets go of the receiver")
    func stop() throws {
        let other = try TestNode(2)
        var node: TestNode? = try TestNode(1)
        weak let recorder = node?.recorder
        let port = try #require(node?.links.port)
        try TestNode.link(try #require(node), other)
        let stranger = try RawPeer.connect(port)
        node?.links.stop()
        node?.links.stop()
        #expect(node?.recorder.current.disconnected.map(\.reason) == [.stopped])
        #expect(node?.links.send([1], to: other.publicKey, priority: .votes) == false)
        try RawPeer.waitForEnd(of: stranger)
        #expect(throws: LinkError.startedBefore) { try node?.links.start() }
        node = nil
        try eventually("the receiver is let go") { recorder == nil }
        try eventually("the port is free") {
            let endpoint = LinkConfiguration.Endpoint(address: "127.0.0.1", port: port)
            return (try? LinkSocket.listening(on: endpoint))?.port == port
        }
        try eventually("the peer notices") { !other.recorder.current.disconnected.isEmpty }
    }
}
