import Base
import Ledger

/// Every block that became final anywhere, and what was acknowledged to clients.
struct FinalWatch {
    /// The headers by height, from 1.
    private(set) var headers: [Hash256] = []
    private(set) var setDigests: [Hash256] = []
    private var heights: [TransactionID: UInt64] = [:]

    var count: Int { headers.count }

    /// The height at which a transaction became final.
    func height(of id: TransactionID) -> UInt64? { heights[id] }

    /// Notes a block that is durable at some honest node.
    mutating func note(
        _ height: UInt64, _ header: Hash256, _ included: [TransactionID]
    ) -> SimulationViolation? {
        let index = Int(height) - 1
        if index < headers.count {
            guard headers[index] != header else { return nil }
            return SimulationViolation(
                kind: .fork, text: "two different blocks are final at height \(height)")
        }
        headers.append(header)
        for id in included {
            if let earlier = heights.updateValue(height, forKey: id) {
                return SimulationViolation(
                    kind: .loss,
                    text: "a transaction of height \(earlier) stands again at \(height)")
            }
        }
        return nil
    }
}
