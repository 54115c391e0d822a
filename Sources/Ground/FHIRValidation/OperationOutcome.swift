import Base
package import Encoding

/// Makes the resource in which FHIR reports issues.
package enum OperationOutcome {
    private static let translation = "http://hl7.org/fhir/StructureDefinition/translation"

    /// An OperationOutcome of the issues; without any it says that all is well.
    ///
    /// The text is English, with the Chinese one beside it as FHIR's extension for translations.
    package static func json(_ issues: [ValidationIssue]) -> JSONValue {
        let items =
            issues.isEmpty
            ? [
                item(
                    "information", "informational", nil, nil, "No problem was found.", "未发现问题。")
            ]
            : issues.map {
                item(
                    $0.severity.rawValue, $0.kind.rawValue, $0.expression, $0.message.code,
                    $0.message.english, $0.message.chinese)
            }
        return ["resourceType": "OperationOutcome", "issue": .array(items)]
    }

    private static func item(
        _ severity: String, _ kind: String, _ expression: String?, _ code: String?,
        _ english: String, _ chinese: String
    ) -> JSONValue {
        let words: JSONValue = [
            "text": .string(english),
            "_text": [
                "extension": [
                    [
                        "url": .string(translation),
                        "extension": [
                            ["url": "lang", "valueCode": "zh"],
                            ["url": "content", "valueString": .string(chinese)],
                        ],
                    ]
                ]
            ],
        ]
        var item: JSONValue = [
            "severity": .string(severity), "code": .string(kind), "details": words,
        ]
        item["diagnostics"] = code.map { .string($0) }
        item["expression"] = expression.map { [.string($0)] }
        return item
    }
}
