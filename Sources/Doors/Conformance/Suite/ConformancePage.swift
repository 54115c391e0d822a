extension ConformanceReport {
    /// The report as a Markdown page; the same result always gives the same page.
    package var page: String {
        let total = passed + failed
        let share = total == 0 ? "–" : Self.percent(passed, of: total)
        var lines = [
            "# FHIR conformance", "",
            "Written by `kanglian conformance \(suite.rawValue) PATH --report FILE`; do not edit.",
            "", "| Suite | Passed | Failed | Skipped | Share of those that ran |",
            "|---|---|---|---|---|",
            "| \(suite.rawValue) | \(passed) | \(failed) | \(skipped) | \(share) |",
        ]
        lines += Self.table("Failed", failures.map { ($0.name, reason(for: $0)) })
        lines += Self.table("Skipped", skips.map { ($0.name, $0.reason) })
        return lines.joined(separator: "\n") + "\n"
    }

    /// Why we know a test to fail, else what the run says.
    private func reason(for failure: Remark) -> String {
        let test = failure.name.components(after: ": ")
        let known = suite == .fhirpath ? FHIRPathReasons.known[test] : nil
        return known.map { "\($0) (\(failure.reason))" } ?? failure.reason
    }

    private static func table(_ title: String, _ rows: [(name: String, reason: String)]) -> [String]
    {
        guard !rows.isEmpty else { return ["", "## \(title)", "", "None."] }
        return ["", "## \(title)", "", "| Test | Reason |", "|---|---|"]
            + rows.map { "| \(cell($0.name)) | \(cell($0.reason)) |" }
    }

    private static func cell(_ text: String) -> String {
        String(text.flatMap { $0 == "|" ? "\\|" : $0.isNewline ? " " : String($0) })
    }

    /// Hundredths, rounded down so that 100 % means all.
    private static func percent(_ part: Int, of total: Int) -> String {
        let tenths = part * 1000 / total
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

extension String {
    /// What follows the first occurrence of a separator; the whole text when there is none.
    fileprivate func components(after separator: String) -> String {
        firstRange(of: separator).map { String(self[$0.upperBound...]) } ?? self
    }
}
