import Agent
import Base
import Cryptography
import Gateway
import HTTPServer
import Node
import Sandbox
import Storage
import StorageFiles
import System
import Testing

/// A sample zone on disk whose node serves over HTTP, and everybody's keys.
struct SecrecyZone {
    private let folder: TemporaryFolder
    let zone: SampleZone

    init() throws {
        folder = try TemporaryFolder()
        zone = SampleZone(folder.path + "/zone", random: SystemRandom())
        try zone.create(SampleZone.Options(), time: SystemClock.now) { _ in }
    }

    func serve() throws -> RunningNode {
        var server = HTTPServerConfiguration()
        server.port = 0
        return try RunningNode(
            folder: zone.nodeFolder, server: server, logFile: zone.nodeFolder.path + "/log")
    }

    func agent(_ file: String) throws -> AgentStore {
        try AgentStore.open(
            at: file + ".keys", on: LinuxDisk(root: zone.path),
            protection: .unprotectedForDemonstrationsOnly, random: SystemRandom())
    }

    func port(_ running: RunningNode, _ signer: Signer?) -> HTTPPort {
        HTTPPort(url: running.url, signer: signer)
    }

    /// The first resident's keys at the first hospital.
    func resident() throws -> (store: AgentStore, owner: OwnerKeys) {
        let store = try agent("residents/resident-01")
        let home = try #require(store.identity.homes.first)
        return (store, try #require(try store.identity.wallet?.pseudonym(at: home)))
    }
}
