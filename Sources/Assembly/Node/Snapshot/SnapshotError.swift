package import Base
import Encoding
package import Ledger
package import Storage
package import System

/// Why a snapshot was not made, or not used.
package enum SnapshotError: Error, Hashable, Sendable {
    /// A check of it failed.
    case refused(SnapshotFailure)
    case storage(StorageError)
    case system(SystemError)
    case chain(ChainStoreError)
    /// Its source does not give it out; what the source said.
    case source(Refusal)
    /// The chain has no block yet.
    case emptyChain
    /// Whoever asked for it wanted it no longer.
    case cancelled
    /// The folder of the new node holds something already.
    case occupied(String)

    package var refusal: Refusal {
        switch self {
        case .refused(let failure): failure.refusal
        case .storage(let error): error.refusal
        case .system(let error): error.refusal
        case .chain(let error): error.refusal
        case .source(let refusal): refusal
        case .emptyChain:
            Refusal(
                "snapshot.empty-chain",
                "The chain has no block yet, so there is nothing to make a snapshot of.",
                "链上尚无区块，无法生成快照。")
        case .cancelled:
            Refusal(
                "snapshot.cancelled", "The work was stopped; start it again to go on.",
                "操作已中止；重新执行即可继续。")
        case .occupied(let path):
            Refusal(
                "snapshot.occupied",
                "\(path) is not empty. Name a new folder; nothing was changed.",
                "\(path) 不为空。请指定新目录；未做任何更改。")
        }
    }
}

extension SnapshotError {
    /// Runs work that fails in several ways, and makes one kind of error of all.
    static func gathered<Value>(_ body: () throws -> Value) throws(SnapshotError) -> Value {
        do {
            return try body()
        } catch let error as SnapshotError {
            throw error
        } catch let failure as SnapshotFailure {
            throw .refused(failure)
        } catch let error as StorageError {
            throw .storage(error)
        } catch let error as SystemError {
            throw .system(error)
        } catch let error as ChainStoreError {
            throw .chain(error)
        } catch let refusal as Refusal {
            throw .source(refusal)
        } catch {
            throw .refused(SnapshotFailure(.format, "\(error)"))
        }
    }
}

/// How far the making or using of a snapshot has come.
package struct SnapshotProgress: Hashable, Sendable {
    /// Chunks so far, and how many there will be; nil when that is not known yet.
    package let chunks: Int
    package let chunkCount: Int?
    package let rows: UInt64
    package let byteCount: Int

    package init(chunks: Int, chunkCount: Int?, rows: UInt64, byteCount: Int) {
        (self.chunks, self.chunkCount) = (chunks, chunkCount)
        (self.rows, self.byteCount) = (rows, byteCount)
    }
}

/// Told after each chunk; returns false to stop.
package typealias SnapshotObserver = (SnapshotProgress) -> Bool

/// Where a snapshot comes from: a file, or another node.
package protocol SnapshotSource {
    /// The encoded manifest.
    func manifestBytes() throws(SnapshotError) -> [UInt8]
    /// The bytes of a chunk, counted from 0; not checked.
    func chunk(_ number: Int, of manifest: SnapshotManifest) throws(SnapshotError) -> [UInt8]
}
