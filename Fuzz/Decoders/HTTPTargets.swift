import Base
import Encoding
import FHIRModel
import Gateway
import Ledger

extension FuzzTarget {
    /// Bodies of requests are decoded within their limits or refused with a status of the 400s.
    ///
    /// The first byte says which decoder: 0 CBOR batch, 1 JSON batch, 2 read, 3 vault bodies.
    static let http = FuzzTarget(name: "http", seeds: httpSeeds) { bytes in
        guard let kind = bytes.first else { return false }
        let body = Array(bytes.dropFirst())
        do throws(RequestBodyError) {
            switch kind & 3 {
            case 0, 1:
                let batch = try RequestBodies.transactions(body, isJSON: kind & 1 == 1)
                precondition((1...RequestBodies.transactionCount).contains(batch.count))
                for bytes in batch {
                    guard let transaction = try? SignedTransaction(decoding: bytes) else {
                        continue
                    }
                    precondition(transaction.bytes == bytes)
                }
                if kind & 1 == 0 { precondition(array(batch) == body, "another encoding") }
            case 2:
                let request = try RequestBodies.read(body)
                precondition(AccountID(request.owner.description) == request.owner)
            default:
                let bodies = try RequestBodies.byteStrings(body, limit: 16, each: 64)
                precondition(bodies.count <= 16 && bodies.allSatisfy { $0.count <= 64 })
                precondition(array(bodies) == body, "another encoding")
            }
            return true
        } catch {
            precondition((400..<500).contains(error.status))
            return false
        }
    }

    private static func array(_ strings: [[UInt8]]) -> [UInt8] {
        var writer = CBORWriter()
        writer.list(strings) { $0.byteString($1) }
        return writer.bytes
    }

    private static var httpSeeds: [[UInt8]] {
        let transaction = Sample.transaction
        let digits = String(repeating: "a1", count: 32)
        let json = #"{"transactions":["\#(Base64URL.encode(transaction))"]}"#
        let purpose = Purpose.allCases[0].code
        let read = #"{"owner":"\#(digits)","records":["\#(digits)"],"purpose":"\#(purpose)"}"#
        return [
            [0] + array([transaction, [1]]), [1] + json.utf8, [2] + read.utf8,
            [3] + array([[1, 2, 3]]),
        ]
    }
}
