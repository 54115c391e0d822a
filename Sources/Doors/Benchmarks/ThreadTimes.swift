import System

/// Processor time of this process's threads, summed up by their names.
struct ThreadTimes: Sendable {
    private let nanoseconds: [String: Int]

    /// Read from `/proc/self/task`; threads that have ended are not in it.
    static var now: ThreadTimes {
        var sums: [String: Int] = [:]
        for task in (try? FileSystem.list("/proc/self/task")) ?? [] {
            let path = "/proc/self/task/\(task)/"
            guard let name = try? FileSystem.read(path + "comm", limit: 64),
                let times = try? FileSystem.read(path + "schedstat", limit: 256)
            else { continue }
            let label = String(decoding: name, as: UTF8.self).filter { !$0.isNewline }
            let first = String(decoding: times, as: UTF8.self).split(separator: " ").first
            sums[label, default: 0] += first.flatMap { Int($0) } ?? 0
        }
        return ThreadTimes(nanoseconds: sums)
    }

    /// What each name used since an earlier reading, most first, and the sum.
    func shares(
        since earlier: ThreadTimes
    ) -> [(name: String, nanoseconds: Int, total: Int)] {
        let used = nanoseconds.map { name, value in
            (name: name, nanoseconds: max(0, value - (earlier.nanoseconds[name] ?? 0)))
        }
        let total = used.reduce(0) { $0 + $1.nanoseconds }
        return used.filter { $0.nanoseconds * 100 > total }
            .sorted { ($1.nanoseconds, $0.name) < ($0.nanoseconds, $1.name) }
            .map { ($0.name, $0.nanoseconds, total) }
    }
}
