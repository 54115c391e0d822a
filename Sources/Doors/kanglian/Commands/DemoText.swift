/// What the first start says: what to open and what to try.
enum DemoText {
    static func welcome(folder: String, url: String, _ invocation: Invocation) -> String {
        let node = url == "http://127.0.0.1:8080" ? "" : " --node \(url)"
        let resident = "--as \(folder)/residents/resident-01.keys"
        let program = CommandLine.arguments[0]
        let commands = """
              \(program) record list \(resident) --purpose residentRequest\(node)
              \(program) access-code issue \(resident) --domains medical,laboratory --reads 3\(node)
              \(program) audit list \(resident)\(node)
            """
        let english = """

            Kanglian runs a sample zone in \(folder): an authority, two hospitals, a clinic and
            their residents.

            Open  \(url)/               the zone at a glance
                  \(url)/openapi.json   the API

            Try, in another terminal:
            \(commands)

            Ctrl-C stops it; the next start keeps everything. The keys in \(folder) are for trying
            only.
            """
        let chinese = """

            康链示例区已在 \(folder) 运行：一个管理部门、两家医院、一家社区中心及其居民。

            打开  \(url)/               查看本区概况
                  \(url)/openapi.json   接口说明

            在另一个终端中试试：
            \(commands)

            按 Ctrl-C 停止；再次启动会保留全部数据。\(folder) 中的密钥仅供试用。
            """
        return invocation.say(english, chinese)
    }
}
