extension ConformanceReport {
    private static let title = "# FHIR conformance"
    private static let sectionStart = "## "

    /// The Markdown page of all suites with this report's section put in or renewed.
    ///
    /// Sections are in the order of their names; the same result always gives the same page.
    package func page(over existing: String = "") -> String {
        var sections: [(name: String, text: String)] = []
        for line in existing.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(Self.sectionStart) {
                sections.append((String(line.dropFirst(Self.sectionStart.count)), ""))
            } else if !sections.isEmpty {
                sections[sections.count - 1].text += line + "\n"
            }
        }
        sections.removeAll { $0.name == suite.rawValue }
        sections.append((suite.rawValue, "\n" + section))
        sections.sort { $0.name < $1.name }
        let texts = sections.map { section in
            let text = section.text.trimmingNewlines
            return "\(Self.sectionStart)\(section.name)\n\n\(text)\n"
        }
        let start =
            "\(Self.title)\n\nEach section is written by the command that it names; do not edit.\n"
        return ([start] + texts).joined(separator: "\n")
    }

    /// What this report says, without its heading.
    private var section: String {
        let total = passed + failed
        let share = total == 0 ? "–" : Self.percent(passed, of: total)
        var lines = [
            "`kanglian conformance \(suite.rawValue) PATH --report FILE`", "",
            "| Passed | Failed | Skipped | Share of those that ran |", "|---|---|---|---|",
            "| \(passed) | \(failed) | \(skipped) | \(share) |",
        ]
        lines += Self.table("Failed", failures.map { ($0.name, reason(for: $0)) })
        lines += Self.table("Skipped", skips.map { ($0.name, $0.reason) })
        if suite == .validate {
            lines += Self.table(
                "Invalid as they must be",
                findings.compactMap { finding in
                    let name = String(finding.name.split(separator: "/").last ?? "")
                    guard !finding.isValid, let reason = KnownInvalid.reason(name) else {
                        return nil
                    }
                    return (finding.name, reason)
                })
        }
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
        guard !rows.isEmpty else { return ["", "### \(title)", "", "None."] }
        return ["", "### \(title)", "", "| Test | Reason |", "|---|---|"]
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

    /// The text without empty lines around it.
    fileprivate var trimmingNewlines: Substring {
        var text = self[...]
        while text.first == "\n" { text = text.dropFirst() }
        while text.last == "\n" { text = text.dropLast() }
        return text
    }
}
