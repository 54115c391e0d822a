import Agent
import Base
import ContractKit
import FHIRModel
import Ledger
import Records
import Sandbox
import System
import Testing

extension ClusterProcesses {
    /// Who signs for the institution of a node.
    func signer(_ index: Int) throws -> Signer {
        let store = try zone.open(ClusterZone.members(options.nodes)[index].file)
        defer { store.close() }
        return try #require(store.identity.signer)
    }

    /// A transaction by which an institution writes a record about itself; the bodies are nowhere.
    func write(by signer: Signer, head: UInt64, random: any RandomSource) throws
        -> SignedTransaction
    {
        let content = RecordContent(
            commitment: random.hash256(), body: random.hash256(), envelope: random.hash256(),
            epoch: 1)
        let call = Call(
            RecordsContract.self, "write",
            RecordsContract.Write(
                owner: signer.account, record: random.hash256(), domain: .directory,
                content: content))
        return try TransactionBuilder(
            chain: trust.genesis.id, validity: LedgerLimits.validityHeights, random: random
        ).sign([call], by: signer, head: head)
    }

    /// Writes records at a node and waits until all are final.
    ///
    /// - Returns: the transactions that the node said are final.
    @discardableResult
    func write(
        _ count: Int, at index: Int, seed: UInt64, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [TransactionID] {
        let random = SeededRandom(seed: seed)
        let signer = try signer(index)
        let head = try port(index).chain().height
        let transactions = try (0..<count).map { _ in
            try write(by: signer, head: head, random: random)
        }
        var acknowledged: [TransactionID] = []
        for verdict in try port(index).submit(transactions) {
            guard case .final(_, _, failure: nil) = verdict.outcome else {
                Issue.record("\(verdict)", sourceLocation: sourceLocation)
                continue
            }
            acknowledged.append(verdict.id)
        }
        return acknowledged
    }

    /// Expects each transaction to be final at a node.
    func expectFinal(
        _ transactions: [TransactionID], at index: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for id in transactions {
            let receipt = try? port(index).receipt(of: id, stateKeys: [])
            #expect(receipt != nil, "\(id) at node \(index + 1)", sourceLocation: sourceLocation)
        }
    }
}
