import Base
package import Encoding

/// placeholder until the conformance helper lands
package enum ConformanceSuite: String, CaseIterable, Sendable { case wycheproof }
package struct ConformanceReport: Sendable {
    package let passed = 0, failed = 0, skipped = 0
    package let failures: [(String, String)] = [], skips: [(String, String)] = []
    package let json = JSONValue.null
}
package enum Conformance {
    package static func run(_ suite: ConformanceSuite, path: String, progress: (String) -> Void) throws -> ConformanceReport { ConformanceReport() }
}
