package import Base
import Ledger
package import Storage
package import System

/// The parts of a backup that are checked.
package enum BackupCheck: String, Hashable, Sendable, CaseIterable {
    case manifest
    case file
    case vault
    case blocks
    case certificate
    case snapshot
    case chain
}

/// Why a backup was not made, or is not used.
package enum BackupError: Error, Hashable, Sendable {
    /// A check of the backup failed, at a place.
    case damaged(BackupCheck, String)
    /// The trust file does not reach the epoch of the backup's head.
    case trustFileOld(epoch: UInt64)
    /// The block log alone does not give the state, and no snapshot from this height on is there.
    case needsSnapshot(from: UInt64)
    /// There is no block to back up.
    case emptyChain
    /// The target holds something already.
    case occupied(String)
    case snapshot(SnapshotError)
    /// A file of the node or of the backup cannot be read as what it should be.
    case refused(Refusal)
    case storage(StorageError)
    case system(SystemError)

    package var refusal: Refusal {
        switch self {
        case .damaged(let check, let place):
            Refusal(
                "backup.\(check.rawValue)",
                "The backup is damaged or incomplete: \(place). Do not restore it; use another, "
                    + "and make a new one.",
                "备份已损坏或不完整：\(place)。请勿用其恢复；请改用其他备份并重新备份。")
        case .trustFileOld(let epoch):
            Refusal(
                "backup.trust-file-old",
                "The backup ends in epoch \(epoch), which the trust file does not reach. Give a "
                    + "newer one with --trust (kanglian trust update).",
                "备份结束于第 \(epoch) 届，信任文件未涵盖。请用 --trust 提供更新的文件（kanglian trust update）。")
        case .needsSnapshot(let height):
            Refusal(
                "backup.needs-snapshot",
                "The node joined from a snapshot or pruned its log, so the backup needs a snapshot "
                    + "from height \(height) on. Make one (kanglian snapshot), or stop the node "
                    + "and try again.",
                "节点由快照加入或已清除部分日志，备份需要高度 \(height) 及以后的快照。"
                    + "请先生成（kanglian snapshot），或停止节点后重试。")
        case .emptyChain:
            Refusal(
                "backup.empty-chain", "The node has no block yet: there is nothing to back up.",
                "节点尚无区块，无需备份。")
        case .occupied(let path): SnapshotError.occupied(path).refusal
        case .snapshot(let error): error.refusal
        case .refused(let refusal): refusal
        case .storage(let error): error.refusal
        case .system(let error): error.refusal
        }
    }

    /// Runs work that fails in several ways, and makes one kind of error of all.
    static func gathered<Value>(_ body: () throws -> Value) throws(BackupError) -> Value {
        do {
            return try body()
        } catch let error as BackupError {
            throw error
        } catch let error as SnapshotError {
            throw .snapshot(error)
        } catch let failure as SnapshotFailure {
            throw .damaged(.snapshot, "\(failure.check.rawValue): \(failure.reason)")
        } catch let refusal as Refusal {
            throw .refused(refusal)
        } catch let error as StorageError {
            throw .storage(error)
        } catch let error as SystemError {
            throw .system(error)
        } catch let error as NodeError {
            throw .damaged(.chain, error.refusal.english)
        } catch let error as ChainStoreError {
            throw .damaged(.chain, error.refusal.english)
        } catch {
            throw .damaged(.manifest, "\(error)")
        }
    }
}

/// How far a backup has come.
package struct BackupProgress: Hashable, Sendable {
    /// What is being done: a file, or `vault`.
    package let place: String
    package let byteCount: Int
}
