import Agent
import Base
import Consent
import Encoding
import FHIRModel
import FHIRSearch

extension ResourceStore {
    /// Completes what was on its way to the chain when the server stopped.
    ///
    /// - Returns: how many versions came into the index.
    func complete(through reader: RecordReader) throws(FHIRError) -> Int {
        let pending: [(keys: [String], versions: [StoredVersion])]
        do throws(IndexError) {
            pending = try PendingWrites.all(in: index)
        } catch { throw FHIRError(error) }
        var count = 0
        for write in pending {
            var missing: [StoredVersion] = []
            for version in write.versions where try !isOnChain(version, reader) {
                missing.append(version)
            }
            _ = try bring(missing)
            do throws(IndexError) {
                var changes: [IndexChange] = []
                for version in write.versions {
                    let current = try index.current(version.name)
                    if (current?.number ?? 0) < version.number {
                        changes += try self.changes([version])
                        count += 1
                    }
                }
                try index.write(changes + write.keys.map { .note(key: $0, value: nil) })
            } catch { throw FHIRError(error) }
            try note(scopesOf: write.versions)
        }
        return count
    }

    /// Whether the chain has the version, by a read that the institution makes of its own record.
    private func isOnChain(
        _ version: StoredVersion, _ reader: RecordReader
    ) throws(FHIRError) -> Bool {
        guard let kind = RecordKind(scope: version.scope),
            let origin = try? RecordOrigin(decoding: version.origin)
        else { throw .corrupt }
        // A first version that is there already is met again under its identifier.
        guard origin.number > 1 else { return false }
        do throws(PortError) {
            let outcomes = try reader.read([origin.record], of: kind.owner, purpose: .operations)
            guard let opened = outcomes.first?.opened else { return false }
            return opened.place.version >= origin.number
        } catch { throw FHIRError(error) }
    }
}
