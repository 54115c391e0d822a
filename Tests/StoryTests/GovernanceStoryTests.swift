import Agent
import Base
import Encoding
import Ledger
import Node
import System
import Testing

/// The validator set changes by the command line, and an auditor's trust file follows.
@Suite("Governance on the command line")
struct GovernanceStoryTests {
    private let zone: StoryZone
    private let folder: TemporaryFolder

    init() throws {
        zone = try StoryZone(seed: 77)
        folder = try TemporaryFolder("kanglian-governance")
    }

    private var hospital: String { zone.folder + "/hospital-a.keys" }

    private func kanglian(_ words: String...) throws -> ProcessRunner.Output {
        try ProcessRunner.run(
            [Program.path] + words,
            environment: Program.environment(["KANGLIAN_NODE=\(zone.client.url)"]))
    }

    private func json(_ output: ProcessRunner.Output) throws -> JSONValue {
        #expect(output.end == .exited(0), "\(output.errorText)")
        return try JSONValue(parsing: output.output)
    }

    private func status() throws -> JSONValue {
        try json(try kanglian("governance", "status", "--output", "json"))
    }

    /// Blocks until the end of a span: the authority founds the zone again, which is refused.
    ///
    /// - Returns: one of the transactions.
    private func finishSpan() throws -> TransactionID {
        let signer = try zone.signer("authority")
        var last: SignedTransaction?
        repeat {
            let transaction = try TransactionBuilder(chain: zone.chain, random: zone.random)
                .sign([MemberCalls.found(name: "again")], by: signer, head: zone.node.head.height)
            _ = try zone.client.submit([transaction.bytes])
            last = transaction
        } while !ValidatorSchedule.isEnd(zone.node.head.height)
        return try #require(last?.id)
    }

    @Test("a weight changes: propose, ready, status, and the trust file is brought up to date")
    func change() throws {
        let before = try status()
        #expect(before["epoch"] == 0)
        #expect(before["waiting"] == .null)
        let account = try #require(before["validators"]?[0]?["account"]?.stringValue)

        let proposed = try json(
            try kanglian(
                "governance", "propose", "--reweigh", "\(account):7", "--as", hospital,
                "--output", "json"))
        let proposal = try #require(proposed["proposal"]?.stringValue)
        let waiting = try #require(try status()["waiting"])
        #expect(waiting["proposal"]?.stringValue == proposal)
        #expect(waiting["is_ready"] == false)
        let again = try kanglian("governance", "approve", proposal, "--as", hospital)
        #expect(again.end == .exited(1) && again.errorText.contains("governance.closed"))

        let ready = try kanglian(
            "governance", "ready", proposal, "--as", hospital, "--validator-key",
            zone.folder + "/node/validator.key")
        #expect(ready.end == .exited(0), "\(ready.errorText)")
        let table = try kanglian("governance", "status")
        #expect(table.text.contains(proposal) && table.text.contains("7 / 7"))
        let last = try finishSpan()
        let after = try status()
        #expect(after["epoch"] == 1)
        #expect(after["total_weight"] == 7)
        #expect(after["waiting"] == .null)
        #expect(try zone.client.get("/v1/zone").json["epoch"] == 1)
        _ = try finishSpan()
        try checkTrust(early: last, late: try finishSpan())
    }

    /// The auditor's file is of epoch 0 until it is updated.
    private func checkTrust(early: TransactionID, late: TransactionID) throws {
        let trust = folder.path + "/trust.json"
        try FileSystem.writeAtomically(trust, zone.trust.text)
        let receipts = try [early, late].map { id in
            let file = "\(folder.path)/\(id).receipt"
            let fetched = try kanglian("receipt", "\(id)", "--file", file)
            #expect(fetched.end == .exited(0), "\(fetched.errorText)")
            return file
        }
        #expect(try kanglian("verify", receipts[0], "--trust", trust).end == .exited(0))
        let refused = try kanglian("verify", receipts[1], "--trust", trust)
        #expect(refused.end == .exited(4))
        #expect(refused.errorText.contains("receipt.trust-file-old"))
        #expect(refused.errorText.contains("kanglian trust update"))

        let updated = try json(try kanglian("trust", "update", trust, "--output", "json"))
        #expect(updated["added"] == 1 && updated["epoch"] == 1)
        for receipt in receipts {
            #expect(try kanglian("verify", receipt, "--trust", trust).end == .exited(0))
        }
        let idle = try json(try kanglian("trust", "update", trust, "--output", "json"))
        #expect(idle["added"] == 0)
        let shown = try json(try kanglian("trust", "show", trust, "--output", "json"))
        #expect(shown.elements.count == 2)
        #expect(shown[1]?["weight"] == "7")

        var text = try FileSystem.read(trust, limit: 1 << 20)
        let place = try #require(text.lastIndex(of: UInt8(ascii: "\"")))
        let (a, b) = (UInt8(ascii: "A"), UInt8(ascii: "B"))
        text[place - 9] = text[place - 9] == a ? b : a
        try FileSystem.writeAtomically(trust, text)
        let tampered = try kanglian("verify", receipts[1], "--trust", trust)
        #expect(tampered.end != .exited(0))
        #expect(tampered.errorText.contains("trust-file."))
    }

    @Test("a key is made, announced and made ready; mistakes are usage errors")
    func rotation() throws {
        let account = try zone.signer("hospital-b").account
        let file = folder.path + "/next.key"
        let made = try json(
            try kanglian(
                "governance", "key", file, "--account", "\(account)", "--output", "json"))
        let key = try #require(made["key"]?.stringValue)
        #expect(try FileSystem.read(file, limit: 4096).count > 60)
        #expect(
            try kanglian("governance", "key", file, "--account", "\(account)").end == .exited(1))
        let stranger = try kanglian(
            "governance", "rotate", key, "--as", zone.folder + "/clinic.keys")
        #expect(stranger.end == .exited(1))
        #expect(stranger.errorText.contains("governance.not-validator"))
        let rotated = try json(
            try kanglian("governance", "rotate", key, "--as", hospital, "--output", "json"))
        let proposal = try #require(rotated["proposal"]?.stringValue)
        let old = try kanglian(
            "governance", "ready", proposal, "--as", hospital, "--validator-key",
            zone.folder + "/node/validator.key")
        #expect(old.end == .exited(1) && old.errorText.contains("governance.ready-signature"))
        let ready = try kanglian(
            "governance", "ready", proposal, "--as", hospital, "--validator-key", file)
        #expect(ready.end == .exited(0), "\(ready.errorText)")
        #expect(try status()["waiting"]?["is_ready"] == true)
        let withdrawn = try kanglian("governance", "withdraw", proposal, "--as", hospital)
        #expect(withdrawn.end == .exited(0))
        #expect(try status()["waiting"] == .null)
        for words in [["--add", "x"], ["--reweigh", "1:2"], [], ["--rekey", "\(account):01"]] {
            let output = try ProcessRunner.run(
                [Program.path, "governance", "propose", "--as", hospital] + words,
                environment: Program.environment(["KANGLIAN_NODE=\(zone.client.url)"]))
            #expect(output.end == .exited(2), "\(words): \(output.errorText)")
        }
    }
}
