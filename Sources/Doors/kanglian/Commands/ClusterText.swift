import Sandbox
import System

/// What a cluster says once it runs: what to open and what to try.
enum ClusterText {
    static func welcome(
        _ zone: ClusterZone, urls: [String], members: Int, _ invocation: Invocation
    ) -> String {
        let all = ClusterZone.members(urls.count)
        let names = urls.enumerated().map { index, url in
            "\(url)/   \(invocation.say(all[index].english, all[index].chinese))"
        }.joined(separator: "\n      ")
        let folder = zone.path
        let resident = "--as \(folder)/residents/resident-01.keys"
        let program = CommandLine.arguments[0]
        let last = urls[urls.count - 1]
        let ordering =
            members > 0
            ? invocation.say("ordered by \(members) etcd members", "由 \(members) 个 etcd 成员排序")
            : invocation.say("without an ordering engine", "不使用排序引擎")
        let commands = """
              \(program) status \(folder)
              \(program) record list \(resident) --purpose residentRequest --node \(urls[0])
              \(program) audit list \(resident) --node \(last)
            """
        let english = """

            Kanglian runs a zone of \(urls.count) institutions in \(folder), each with a node of its
            own, \(ordering).

            Open  \(names)

            Try, in another terminal:
            \(commands)

            Stop or kill one node or one etcd member: the others go on. Logs are in \(folder)/logs.
            Ctrl-C stops it; the next start keeps everything. The keys in \(folder) are for trying
            only.
            """
        let chinese = """

            康链正在 \(folder) 运行一个由 \(urls.count) 家机构组成的区，每家有自己的节点，\(ordering)。

            打开  \(names)

            在另一个终端中试试：
            \(commands)

            停止或杀死一个节点或一个 etcd 成员，其余继续运行。日志在 \(folder)/logs。
            按 Ctrl-C 停止；再次启动会保留全部数据。\(folder) 中的密钥仅供试用。
            """
        return invocation.say(english, chinese)
    }
}
