import Synchronization

/// All metrics of a process, in the order they were created, rendered for a Prometheus scraper.
///
/// Metrics are created at start and kept by those who count; counting takes no lock. Names follow
/// Prometheus: `kanglian_blocks_total`, `kanglian_commit_seconds`, units as suffix. Creating a
/// series twice, or one name with two kinds, is a mistake of ours and traps.
///
/// Source: Prometheus "Exposition formats", text format 0.0.4.
package final class MetricsRegistry: Sendable {
    /// The `Content-Type` of ``render()``.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private enum Instrument {
        case counter(Counter)
        case gauge(Gauge)
        case reading(@Sendable () -> Int64)
        case histogram(Histogram)
    }

    private struct Family {
        let name: String
        let help: String
        let kind: Kind
        var series: [(labels: MetricLabels, instrument: Instrument)] = []
    }

    private let families = Mutex<[Family]>([])

    package init() {}

    /// Creates a counter; its name should end in `_total`.
    package func counter(_ name: String, help: String, labels: MetricLabels = [:]) -> Counter {
        let counter = Counter()
        add(name, help, .counter, labels, .counter(counter))
        return counter
    }

    package func gauge(_ name: String, help: String, labels: MetricLabels = [:]) -> Gauge {
        let gauge = Gauge()
        add(name, help, .gauge, labels, .gauge(gauge))
        return gauge
    }

    /// Creates a gauge that is read whenever it is rendered; `read` must not use the registry.
    package func gauge(
        _ name: String, help: String, labels: MetricLabels = [:],
        read: @escaping @Sendable () -> Int64
    ) {
        add(name, help, .gauge, labels, .reading(read))
    }

    /// Creates a counter that is read whenever it is rendered; it must never fall.
    package func counter(
        _ name: String, help: String, labels: MetricLabels = [:],
        read: @escaping @Sendable () -> Int64
    ) {
        add(name, help, .counter, labels, .reading(read))
    }

    /// Creates a histogram with these upper bounds, ascending, in the unit that is observed.
    package func histogram(
        _ name: String, help: String, unit: Histogram.Unit = .microseconds,
        bounds: [UInt64] = Histogram.durations, labels: MetricLabels = [:]
    ) -> Histogram {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "Bounds must ascend.")
        let histogram = Histogram(bounds: bounds, unit: unit)
        add(name, help, .histogram, labels, .histogram(histogram))
        return histogram
    }

    private func add(
        _ name: String, _ help: String, _ kind: Kind, _ labels: MetricLabels,
        _ instrument: Instrument
    ) {
        precondition(Self.isName(name, colonAllowed: true), "Not a metric name.")
        precondition(
            labels.pairs.allSatisfy {
                Self.isName($0.name, colonAllowed: false) && $0.name != "le"
            },
            "Not a label name.")
        families.withLock { families in
            let index = families.firstIndex { $0.name == name } ?? families.count
            if index == families.count {
                families.append(Family(name: name, help: help, kind: kind))
            }
            precondition(families[index].kind == kind, "One name, two kinds.")
            let isNew = !families[index].series.contains { $0.labels == labels }
            precondition(isNew, "A series is created once.")
            families[index].series.append((labels, instrument))
        }
    }

    /// The text that a scraper reads; every line ends with a line feed.
    package func render() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for family in families {
            text += "# HELP \(family.name) \(Self.escaped(family.help))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for (labels, instrument) in family.series {
                switch instrument {
                case .counter(let counter):
                    text += "\(family.name)\(labels.text()) \(counter.value)\n"
                case .gauge(let gauge): text += "\(family.name)\(labels.text()) \(gauge.value)\n"
                case .reading(let read): text += "\(family.name)\(labels.text()) \(read())\n"
                case .histogram(let histogram): histogram.render(family.name, labels, into: &text)
                }
            }
        }
        return text
    }

    private static func escaped(_ help: String) -> String {
        var text = ""
        for character in help.unicodeScalars {
            switch character {
            case "\\": text += #"\\"#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    private static func isName(_ name: String, colonAllowed: Bool) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
                || colonAllowed && byte == UInt8(ascii: ":")
        }
    }
}
