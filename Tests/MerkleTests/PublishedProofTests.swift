import Base
import Cryptography
import Foundation
import Merkle
import Testing

/// The published proofs, where the optional data folder holds them.
private enum PublishedProofs {
    static let archive: URL = {
        let package = URL(filePath: #filePath).appending(path: "../../..").standardized
        let named = ProcessInfo.processInfo.environment["KANGLIAN_DATA"]
        let data = named.map { URL(filePath: $0) } ?? package.appending(path: "../shared/data")
        return data.appending(path: "merkle/proofs.tar.xz")
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: archive.path) }

    /// Every JSON file below a folder of the archive, by its path there.
    static func load(_ folder: String) throws -> [(name: String, fields: [String: Any])] {
        let target = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: target) }
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", archive.path, "-C", target.path]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        let names = try FileManager.default.subpathsOfDirectory(atPath: target.path)
        return try names.filter { $0.hasPrefix(folder) && $0.hasSuffix(".json") }.sorted().map {
            let json = try Data(contentsOf: target.appending(path: $0))
            let object = try JSONSerialization.jsonObject(with: json)
            return ($0, try #require(object as? [String: Any]))
        }
    }

    /// Nil for a hash of another length than 32 bytes: no proof of ours can hold it.
    static func hash(_ field: Any?) -> Hash256? {
        (field as? String).flatMap { Data(base64Encoded: $0) }.flatMap { Hash256(Array($0)) }
    }

    static func path(_ field: Any?) -> [Hash256]? {
        let hashes = (field as? [String] ?? []).map { hash($0) }
        return hashes.contains(nil) ? nil : hashes.compactMap(\.self)
    }
}

/// Source: transparency-dev/merkle, testdata (Apache-2.0), from `KANGLIAN_DATA`.
@Suite(
    "Published log proofs",
    .enabled(if: PublishedProofs.isPresent, "merkle/proofs.tar.xz is not in KANGLIAN_DATA"))
struct PublishedProofTests {
    @Test("Inclusion proofs are accepted and refused as published")
    func inclusion() throws {
        let vectors = try PublishedProofs.load("inclusion/")
        try #require(vectors.count == 98)
        var accepted = 0
        for (name, fields) in vectors {
            let wantError = try #require(fields["wantErr"] as? Bool)
            let index = try #require(fields["leafIdx"] as? NSNumber).uint64Value
            let size = try #require(fields["treeSize"] as? NSNumber).uint64Value
            var holds = false
            if let root = PublishedProofs.hash(fields["root"]),
                let leaf = PublishedProofs.hash(fields["leafHash"]),
                let path = PublishedProofs.path(fields["proof"])
            {
                holds = InclusionProof(path: path).verify(
                    leaf: leaf, index: index, size: size, root: root, .sha256)
            }
            #expect(holds == !wantError, "\(name)")
            accepted += holds ? 1 : 0
        }
        #expect(accepted == 6)
    }

    @Test("Consistency proofs are accepted and refused as published")
    func consistency() throws {
        let vectors = try PublishedProofs.load("consistency/")
        try #require(vectors.count == 22)
        var accepted = 0
        for (name, fields) in vectors {
            let wantError = try #require(fields["wantErr"] as? Bool)
            let old = try #require(fields["size1"] as? NSNumber).uint64Value
            let new = try #require(fields["size2"] as? NSNumber).uint64Value
            var holds = false
            if let oldRoot = PublishedProofs.hash(fields["root1"]),
                let newRoot = PublishedProofs.hash(fields["root2"]),
                let path = PublishedProofs.path(fields["proof"])
            {
                holds = ConsistencyProof(path: path).verify(
                    from: oldRoot, old, to: newRoot, new, .sha256)
            }
            #expect(holds == !wantError, "\(name)")
            accepted += holds ? 1 : 0
        }
        #expect(accepted == 2)
    }
}
