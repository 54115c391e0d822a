@preconcurrency import Glibc
import Metrics
import Testing

/// Debian's package `prometheus` brings it.
private let promtoolPath = "/usr/bin/promtool"

@Suite("Metrics")
struct MetricsTests {
    private func sample() -> MetricsRegistry {
        let registry = MetricsRegistry()
        let get = registry.counter(
            "kanglian_http_requests_total", help: "Requests answered.", labels: ["route": "read"])
        let time = registry.histogram(
            "kanglian_commit_seconds", help: "Time from order\nto \\ final.",
            bounds: [100, 2_500, 1_000_000])
        let put = registry.counter(
            "kanglian_http_requests_total", help: "Requests answered.",
            labels: ["route": "a\"b\\c\nd", "zone": "33"])
        let height = registry.gauge("kanglian_height", help: "Last final block.")
        registry.gauge("kanglian_open_files", help: "Files open now.") { 7 }
        let sizes = registry.histogram(
            "kanglian_block_bytes", help: "Block sizes.", unit: .count, bounds: [1, 4, 16],
            labels: ["chain": "main"])
        get.increment()
        get.increment(by: 41)
        put.increment()
        for value: UInt64 in [0, 100, 101, 2_500, 999_999, 3_000_001] { time.observe(value) }
        height.set(12)
        height.add(-20)
        for value: UInt64 in [1, 2, 16, 17] { sizes.observe(value) }
        return registry
    }

    @Test("are written in the text format, exactly")
    func exact() {
        #expect(
            sample().render() == #"""
                # HELP kanglian_http_requests_total Requests answered.
                # TYPE kanglian_http_requests_total counter
                kanglian_http_requests_total{route="read"} 42
                kanglian_http_requests_total{route="a\"b\\c\nd",zone="33"} 1
                # HELP kanglian_commit_seconds Time from order\nto \\ final.
                # TYPE kanglian_commit_seconds histogram
                kanglian_commit_seconds_bucket{le="0.0001"} 2
                kanglian_commit_seconds_bucket{le="0.0025"} 4
                kanglian_commit_seconds_bucket{le="1"} 5
                kanglian_commit_seconds_bucket{le="+Inf"} 6
                kanglian_commit_seconds_sum 4.002701
                kanglian_commit_seconds_count 6
                # HELP kanglian_height Last final block.
                # TYPE kanglian_height gauge
                kanglian_height -8
                # HELP kanglian_open_files Files open now.
                # TYPE kanglian_open_files gauge
                kanglian_open_files 7
                # HELP kanglian_block_bytes Block sizes.
                # TYPE kanglian_block_bytes histogram
                kanglian_block_bytes_bucket{chain="main",le="1"} 1
                kanglian_block_bytes_bucket{chain="main",le="4"} 2
                kanglian_block_bytes_bucket{chain="main",le="16"} 3
                kanglian_block_bytes_bucket{chain="main",le="+Inf"} 4
                kanglian_block_bytes_sum{chain="main"} 36
                kanglian_block_bytes_count{chain="main"} 4

                """#)
    }

    @Test("of times take durations, and negative ones as none")
    func durations() {
        let registry = MetricsRegistry()
        let time = registry.histogram("t_seconds", help: "T.", bounds: [1_000])
        time.observe(Duration.milliseconds(1))
        time.observe(Duration.microseconds(1_500))
        time.observe(Duration.seconds(-5))
        #expect(registry.render().contains("t_seconds_bucket{le=\"0.001\"} 2\n"))
        #expect(registry.render().contains("t_seconds_sum 0.0025\n"))
    }

    @Test("lose no count between threads, and a histogram's count is that of its buckets")
    func concurrent() {
        let registry = MetricsRegistry()
        let counter = registry.counter("c_total", help: "C.")
        let gauge = registry.gauge("g", help: "G.")
        let histogram = registry.histogram("h_seconds", help: "H.")
        Threads.run(4) { thread in
            for index in 0..<10_000 {
                counter.increment()
                gauge.add(thread % 2 == 0 ? 1 : -1)
                histogram.observe(UInt64(index))
                if index % 1_000 == 0 {
                    let lines = registry.render().split(separator: "\n")
                    let last = lines.last { $0.hasPrefix("h_seconds_bucket") }
                    let count = lines.last { $0.hasPrefix("h_seconds_count") }
                    let agree =
                        last?.split(separator: " ").last == count?.split(separator: " ").last
                    if !agree { Issue.record("The count is not that of the buckets.") }
                }
            }
        }
        #expect(counter.value == 40_000)
        #expect(gauge.value == 0)
        #expect(registry.render().contains("h_seconds_count 40000\n"))
    }

    @Test("without anything to show are an empty text")
    func empty() { #expect(MetricsRegistry().render() == "") }

    @Test(
        "please Prometheus' own checker",
        .enabled(if: access(promtoolPath, X_OK) == 0, "promtool is not installed"))
    func checked() throws {
        // A help text that spans lines is legal, and so are label values with quotes.
        let text = sample().render()
        let pipe = try #require(popen("\(promtoolPath) check metrics >/dev/null 2>&1", "w"))
        fputs(text, pipe)
        #expect(pclose(pipe) == 0)
    }
}
