import Agent
import Base
import ContractKit
import Encoding
import HTTPClient
import Ledger
import Node
import Storage
import System
import Testing

/// The node's contracts behind a gate: while it is shut, no block is made.
private final class GatedExecutor: Executor {
    private let contracts = ContractRegistry(Node.contracts)
    private let isOpen = ConditionMutex(true)

    var contractSetDigest: Hash256 { contracts.contractSetDigest }

    func set(open: Bool) { isOpen.withLock { $0 = open } }

    func execute(
        _ transaction: SignedTransaction, block: BlockContext, state: StateOverlay
    ) throws(StorageError) -> Result<[Event], ExecutionFailure> {
        isOpen.wait { $0 ? () : nil }
        return try contracts.execute(transaction, block: block, state: state)
    }
}

/// A node with more to do than it can says so, keeps what it took, and recovers.
@Suite("Back-pressure")
struct BackPressureTests {
    /// Transactions of one request; about 12 MB.
    private static let batch = 200

    @Test("a full pool answers 429 with Retry-After and takes nothing; what it took becomes final")
    func fullPool() throws {
        let gate = GatedExecutor()
        let zone = try StoryZone(seed: 61, executor: gate)
        gate.set(open: false)
        defer { gate.set(open: true) }
        let signer = try zone.signer("hospital-a")
        let builder = TransactionBuilder(chain: zone.chain, random: zone.random)
        let call = Call(
            module: "records", name: "nothing", arguments: [UInt8](repeating: 7, count: 60_000))
        let height = UInt64(try zone.client.height())
        /// Sends so many; what was taken, or the refusal of the whole request.
        func send(_ count: Int) throws -> (taken: [String], refusal: StoryClient.Answer?) {
            let transactions = try (0..<count).map { _ in
                try builder.sign([call], by: signer, head: height).bytes
            }
            let answer = try zone.client.submit(transactions, wait: "received")
            guard answer.status == 200 else { return ([], answer) }
            let results = answer.json["results"]?.elements ?? []
            #expect(results.allSatisfy { $0["status"] == "received" })
            return (results.compactMap { $0["id"]?.stringValue }, nil)
        }
        var taken: [String] = []
        var refusals: [StoryClient.Answer] = []
        // The pool takes 64 MiB, so some request of 12 MB must be the one too many; then single
        // transactions fill the rest.
        for count in [Self.batch, 1] {
            for _ in 0..<2 * Self.batch {
                let (more, refusal) = try send(count)
                taken += more
                guard let refusal else { continue }
                refusals.append(refusal)
                break
            }
        }
        #expect(refusals.count == 2)
        for refusal in refusals {
            #expect(refusal.status == 429 && refusal.code == "node.busy")
            #expect(refusal.response.field("retry-after") == "1")
        }
        #expect(taken.count > 1000)
        let ready = try zone.client.get("/readyz")
        #expect(ready.status == 503 && ready.code == "node.busy")
        #expect(try zone.client.get("/healthz").status == 200)
        #expect(try zone.client.height() == Int(height))

        gate.set(open: true)
        for id in taken {
            var status: String?
            for _ in 0..<50_000 where status != "final" {
                status = try zone.client.get("/v1/transactions/\(id)").json["status"]?.stringValue
            }
            #expect(status == "final")
        }
        #expect(try zone.client.get("/readyz").status == 200)
    }
}
