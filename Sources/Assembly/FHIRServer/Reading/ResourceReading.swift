import Agent
import Base
import Encoding
import FHIRSearch

/// Reads resources for callers: found in the index, decided and recorded by the node.
struct ResourceReading: Sendable {
    let index: any ResourceIndex
    let rights: Rights
    let store: ResourceStore

    /// The newest version; refused when it was deleted or may not be read.
    func current(_ name: ResourceName, for caller: Caller) throws(FHIRError) -> StoredVersion {
        let found: StoredVersion?
        do throws(IndexError) { found = try index.current(name) } catch { throw FHIRError(error) }
        return try shown(found, name, caller)
    }

    /// One version.
    func version(
        _ name: ResourceName, _ number: UInt64, for caller: Caller
    ) throws(FHIRError) -> StoredVersion {
        let found: StoredVersion?
        do throws(IndexError) {
            found = try index.version(name, number)
        } catch { throw FHIRError(error) }
        return try shown(found, name, caller)
    }

    /// The version, when the caller may see it and it was not deleted; decided and recorded.
    func shown(
        _ version: StoredVersion?, _ name: ResourceName, _ caller: Caller
    ) throws(FHIRError) -> StoredVersion {
        guard let version else { throw .notFound(name.text) }
        let verdicts = try rights.serve([version], to: caller)
        guard let verdict = verdicts.first, verdict.allowed else {
            throw Self.refusal(verdicts.first)
        }
        guard version.method != .delete, version.body != nil else { throw Self.gone(name) }
        return version
    }

    /// Those of the versions that the caller may see, each decided and recorded; what was erased
    /// on the chain meanwhile is forgotten here.
    func visible(
        _ versions: [StoredVersion], for caller: Caller
    ) throws(FHIRError) -> Set<ResourceName> {
        guard !versions.isEmpty else { return [] }
        let verdicts = try rights.serve(versions, to: caller)
        var visible: Set<ResourceName> = []
        var erased: [ResourceName] = []
        for (version, verdict) in zip(versions, verdicts) {
            if verdict.allowed {
                visible.insert(version.name)
            } else if verdict.reasons.first?.code == "consent.record-erased" {
                erased.append(version.name)
            }
        }
        if !erased.isEmpty { try store.forget(erased) }
        return visible
    }

    static func refusal(_ verdict: ReadVerdict?) -> FHIRError {
        guard let verdict, !verdict.reasons.isEmpty else {
            return .forbidden("The read is not allowed.", "不允许读取。")
        }
        return FHIRError(403, issues: verdict.reasons.map { FHIRError.Issue("forbidden", $0) })
    }

    static func gone(_ name: ResourceName) -> FHIRError {
        FHIRError(
            410, "deleted", "deleted",
            "\(name.text) was deleted. Its history may still be there.",
            "\(name.text) 已被删除。其历史版本可能仍可查阅。")
    }
}
