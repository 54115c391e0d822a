import Merkle
import Agent
import Base
import Cryptography
import Encoding
import Gateway
import Ledger
import Node
import System

/// Checking an installation, completion, and the version.
enum ToolCommands {
    static let all = [
        Command(
            words: ["doctor"],
            summary: Localized(
                "check this machine, a node's folder and a running node", "检查本机、节点目录与运行中的节点"),
            operands: ["FOLDER"], requiredOperands: 0,
            options: [
                NodeOption.url,
                .value("wait", "SECONDS", "wait until the node is ready", "等待节点就绪（秒）"),
                .flag(
                    "rebuild-state", "make the state again from the block log (node stopped)",
                    "由区块日志重建状态（节点须已停止）"),
            ],
            run: doctor),
        Command(
            words: ["completion"],
            summary: Localized("print a completion script", "输出补全脚本"), operands: ["SHELL"],
            run: { invocation in
                guard ["bash", "zsh", "fish"].contains(invocation.operands[0]) else {
                    throw CommandError.usage(
                        "SHELL is bash, zsh or fish.", "SHELL 为 bash、zsh 或 fish。")
                }
                Output.line(Help.completion(Commands.all, shell: invocation.operands[0]))
            }),
        Command(
            words: ["version"], summary: Localized("print the version", "显示版本"),
            run: { _ in Output.line("kanglian \(Gateway.version)") }),
    ]

    private static func doctor(_ invocation: Invocation) throws {
        var rows: [[String]] = []
        var failures = 0
        func check(_ name: String, _ result: Result<String, Refusal>) {
            switch result {
            case .success(let text): rows.append(["✓", name, text])
            case .failure(let refusal):
                failures += 1
                rows.append(["✗", name, invocation.say(refusal.english, refusal.chinese)])
            }
        }
        check("ed25519", selfTest(.ed25519))
        check("p256", selfTest(.p256))
        check("sm2", selfTest(.sm2))
        if let folder = invocation.operands.first {
            check(folder, try folderCheck(folder, invocation))
        }
        if invocation.operands.isEmpty || invocation.value("wait") != nil
            || invocation.value("node") != nil
        {
            check(NodeOption.address(invocation), try nodeCheck(invocation))
        }
        Output.rows(
            invocation.output,
            [
                ("ok", ""), ("check", invocation.say("check", "检查项")),
                ("result", invocation.say("result", "结果")),
            ],
            rows)
        if failures > 0 {
            throw CommandError(
                .unavailable, "doctor.failed", "\(failures) checks failed; see above.",
                "\(failures) 项检查未通过，见上。")
        }
    }

    private static func selfTest(_ suite: SignatureSuite) -> Result<String, Refusal> {
        let message = Array("kanglian".utf8)
        guard let key = try? SigningKey(suite: suite, random: SystemRandom()),
            let signature = try? key.sign(message),
            key.publicKey.isValidSignature(signature, for: message)
        else {
            return .failure(
                Refusal(
                    "doctor.crypto", "Signing fails: reinstall libsodium and OpenSSL.",
                    "签名失败：请重新安装 libsodium 与 OpenSSL。"))
        }
        return .success("signs and checks")
    }

    /// Opens the folder as a node would: that runs every check of a start.
    private static func folderCheck(
        _ folder: String, _ invocation: Invocation
    ) throws -> Result<String, Refusal> {
        let path = FileSystem.exists(folder + "/node/trust.json") ? folder + "/node" : folder
        let node = NodeFolder(path)
        do {
            let lock = try FolderLock(path)
            defer { lock.release() }
            if invocation.flag("rebuild-state") { try node.rebuildState() }
            let running = try Node(
                configuration: node.inspection(), storage: NodeFolder.openStorage(path))
            defer { running.shutdown() }
            return .success("height \(running.head.height), \(running.head.log.size) entries")
        } catch let error as SystemError {
            return .failure(error.refusal)
        } catch let error as NodeError {
            return .failure(error.refusal)
        } catch let error as SnapshotError {
            return .failure(error.refusal)
        } catch let refusal as Refusal {
            return .failure(refusal)
        }
    }

    private static func nodeCheck(_ invocation: Invocation) throws -> Result<String, Refusal> {
        let seconds = try invocation.number("wait", default: 0)
        let port = NodeOption.publicPort(invocation)
        let end = SystemClock.monotonicNanoseconds + seconds * 1_000_000_000
        while true {
            do throws(PortError) {
                _ = try port.get("/readyz")
                return .success("ready at height \(try port.chain().height)")
            } catch {
                guard SystemClock.monotonicNanoseconds < end else { return .failure(error.refusal) }
                SystemClock.sleep(
                    untilMonotonic: SystemClock.monotonicNanoseconds + 100_000_000)
            }
        }
    }
}
