import Agent
import Base
import Encoding
import FHIRSearch
import System

extension ResourceStore {
    /// Brings resources onto the chain without putting them into the index yet.
    ///
    /// There is no note of them on the way: who loads repeats the load after a crash, and meets
    /// under the same identifiers what was written before.
    /// - Returns: the versions; resources that are there with the same content have none.
    func bring(
        _ resources: [(name: ResourceName, value: JSONValue)]
    ) throws(FHIRError) -> [StoredVersion] {
        var changed: [(name: ResourceName, value: JSONValue)] = []
        var formers: [StoredVersion?] = []
        do throws(IndexError) {
            for resource in resources {
                let former = try index.current(resource.name)
                if let former, former.method != .delete, isSame(resource.value, former) {
                    continue
                }
                changed.append(resource)
                formers.append(former)
            }
        } catch { throw FHIRError(error) }
        guard !changed.isEmpty else { return [] }
        return try bring(planned(changed, formers))
    }

    /// Puts versions that are final into the index; the pool extracts their terms.
    func index(_ versions: [StoredVersion], _ pool: WorkerPool) throws(FHIRError) {
        guard !versions.isEmpty else { return }
        let changes = pool.map(versions, chunk: 16) { [extractor] version -> IndexChange in
            guard let body = version.body, let value = try? JSONValue(parsing: body) else {
                return .put(version, IndexTerms())
            }
            return .put(version, extractor.terms(of: value, type: version.name.type))
        }
        do throws(IndexError) { try index.write(changes) } catch { throw FHIRError(error) }
        try note(scopesOf: versions)
    }

    /// Whether a resource differs from what is kept in nothing but what the server decides.
    private func isSame(_ value: JSONValue, _ former: StoredVersion) -> Bool {
        guard let body = former.body, let kept = try? JSONValue(parsing: body) else {
            return false
        }
        return ResourceStamp.stamp(
            value, former.name, version: former.number, time: former.lastUpdated) == kept
    }
}
