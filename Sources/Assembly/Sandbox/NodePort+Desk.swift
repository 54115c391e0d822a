package import Agent
import Base
package import Consent
package import FHIRModel
package import Ledger
import Node
import Storage

extension NodePort: DeskPort {
    package func decisions(
        for reader: AccountID, purpose: Purpose, about kinds: [RecordKind]
    ) throws(PortError) -> KindVerdicts {
        var verdicts = KindVerdicts()
        for start in stride(from: 0, to: kinds.count, by: ReadDesk.kindLimit) {
            var lasting: UInt64?
            let part = try self.verdicts { () throws(ReadError) in
                let answer = try node.desk.decisions(
                    for: reader, purpose: purpose,
                    about: Array(kinds[start...].prefix(ReadDesk.kindLimit)), servedBy: account)
                lasting = answer.lasting
                return answer.decisions
            }
            verdicts.append(KindVerdicts(verdicts: part, lasting: lasting))
        }
        return verdicts
    }

    package func serve(
        _ reads: [ServedRead], to reader: AccountID, purpose: Purpose
    ) throws(PortError) -> [ReadVerdict] {
        try verdicts { () throws(ReadError) in
            try node.desk.serve(
                reads.map { (owner: $0.owner, record: $0.record) }, to: reader,
                purpose: purpose, servedBy: account)
        }
    }

    package func rightsMark() throws(PortError) -> UInt64 { node.rightsMark }

    private func verdicts(
        _ body: () throws(ReadError) -> [Decision]
    ) throws(PortError) -> [ReadVerdict] {
        do throws(ReadError) {
            return try body().map {
                ReadVerdict(allowed: $0.allowed, reasons: $0.reasons.map(\.sentence))
            }
        } catch {
            throw .refused(error.refusal, status: 403)
        }
    }
}
