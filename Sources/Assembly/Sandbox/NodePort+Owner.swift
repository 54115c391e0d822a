package import Agent
package import Audit
package import Ledger
import Node
import Storage

extension NodePort: OwnerPort {
    package func audit(
        of owner: AccountID, after: UInt64?
    ) throws(PortError) -> (rows: [(sequence: UInt64, row: AuditRow)], next: UInt64?) {
        node.settleAudits()
        do throws(StorageError) {
            let rows = try AuditQueries.list(
                of: owner, after: after, limit: 500, in: try node.state())
            return (rows, rows.count == 500 ? rows.last?.sequence : nil)
        } catch {
            throw .refused(error.refusal, status: 503)
        }
    }
}
