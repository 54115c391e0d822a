import Encoding
import FHIRSearch

/// Whether a subscriber is told of an event: decided when it is delivered, never before.
extension FHIRService {
    /// Whether an event meets the criteria, for what the subscriber may see now.
    ///
    /// What the subscriber may not see does not exist, as in a search: nothing is recorded, nothing
    /// is sent. Criteria that follow references are judged on the state of now.
    func meets(_ version: StoredVersion, _ hook: Hook) throws(FHIRError) -> Bool {
        let isLedgers = hook.order.patient != nil
        if !isLedgers {
            try store.learn(scopesOf: [version])
            guard try rights.sees(version, hook.caller) else { return false }
        }
        guard let body = try judged(version)?.body, let value = try? JSONValue(parsing: body)
        else { return false }
        let alone = SearchedResource(
            name: version.name, lastUpdated: version.lastUpdated,
            terms: extractor.terms(of: value, type: version.name.type))
        if let isMet = hook.order.query.matches(alone) { return isMet }
        guard !isLedgers, version.method != .delete else { return false }
        var query = hook.order.query
        query.criteria.append(.id([version.name.id]))
        query.count = 1
        let visible = try rights.visibility(for: hook.caller)
        do throws(IndexError) {
            return try !index.search(SearchRequest(query: query, visible: visible)).matches.isEmpty
        } catch { throw FHIRError(error) }
    }

    /// Whether a notification may go out now: with the resource, it is a read, decided by the node,
    /// counted, and recorded durably; without, it shows no more than the total of a search.
    func releases(_ version: StoredVersion, _ hook: Hook) throws(FHIRError) -> Bool {
        guard hook.order.sendsResource else { return true }
        // The ledger's own resources are for the resident and the wallet's keeper, who are not
        // audited; that the subscriber is one of them was checked when the event was read.
        guard hook.order.patient == nil else { return true }
        return try reading.visible([version], for: hook.caller).contains(version.name)
    }

    /// The version whose content the criteria are about: of a deletion, what was deleted.
    private func judged(_ version: StoredVersion) throws(FHIRError) -> StoredVersion? {
        guard version.method == .delete, version.number > 1 else { return version }
        do throws(IndexError) {
            return try index.version(version.name, version.number - 1)
        } catch { throw FHIRError(error) }
    }
}
