import Agent
import Base
import HTTPServer
import Ledger
import Node
import Storage
import System

/// Words the errors of starting and founding a node.
enum NodeErrors {
    private static func exitCode(_ error: SnapshotError) -> ExitCode {
        switch error {
        case .refused: .verification
        case .occupied, .emptyChain, .source: .refused
        case .storage, .system, .chain, .cancelled: .unavailable
        }
    }

    private static func exitCode(_ error: BackupError) -> ExitCode {
        switch error {
        case .damaged, .trustFileOld: .verification
        case .snapshot(let error): exitCode(error)
        case .occupied, .emptyChain, .needsSnapshot, .refused: .refused
        case .storage, .system: .unavailable
        }
    }

    static func worded<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as NodeError {
            throw CommandError(.unavailable, error.refusal)
        } catch let error as SnapshotError {
            throw CommandError(exitCode(error), error.refusal)
        } catch let error as BackupError {
            throw CommandError(exitCode(error), error.refusal)
        } catch let failure as SnapshotFailure {
            throw CommandError(.verification, failure.refusal)
        } catch let error as SystemError {
            throw CommandError(.unavailable, error.refusal)
        } catch let error as StorageError {
            throw CommandError(.unavailable, error.refusal)
        } catch let error as AgentStoreError {
            throw CommandError(.unavailable, error.refusal)
        } catch let error as DeskError {
            throw CommandError(error)
        } catch let error as PortError {
            throw CommandError(error)
        } catch let error as ImportFailure {
            throw CommandError(.refused, error.refusal)
        } catch let error as HTTPServerError {
            throw CommandError(
                .unavailable, "server.start",
                "The server does not start (\(error)). Choose another --port or --address.",
                "服务器无法启动（\(error)）。请更换 --port 或 --address。")
        }
    }
}
