package import Base
package import Encoding

/// Builds the resources in which FHIR reports issues (FHIR R4, OperationOutcome).
///
/// Texts are English, with the Chinese ones beside them as FHIR's extension for translations.
package enum OperationOutcome {
    /// The system of Kanglian's stable refusal codes.
    package static let system = "https://kanglian.example/fhir/CodeSystem/refusal"
    private static let translationURL = "http://hl7.org/fhir/StructureDefinition/translation"

    /// One issue: a severity and a code of FHIR, what is wrong, and a FHIRPath to the place.
    package static func issue(
        _ severity: String, _ code: String, _ refusal: Refusal, at expression: String? = nil
    ) -> JSONValue {
        var issue: JSONValue = [
            "severity": .string(severity), "code": .string(code),
            "details": [
                "coding": [["system": .string(system), "code": .string(refusal.code)]],
                "text": .string(refusal.english), "_text": translation(refusal),
            ],
        ]
        if let expression { issue["expression"] = [.string(expression)] }
        return issue
    }

    /// The resource of some issues.
    package static func resource(_ issues: [JSONValue]) -> JSONValue {
        ["resourceType": "OperationOutcome", "issue": .array(issues)]
    }

    /// The resource that says that something was done.
    package static func done(_ english: String, _ chinese: String) -> JSONValue {
        resource([issue("information", "informational", Refusal("fhir.done", english, chinese))])
    }

    /// The extension of an English text that has the Chinese one.
    package static func translation(_ refusal: Refusal) -> JSONValue {
        [
            "extension": [
                [
                    "url": .string(translationURL),
                    "extension": [
                        ["url": "lang", "valueCode": "zh-CN"],
                        ["url": "content", "valueString": .string(refusal.chinese)],
                    ],
                ]
            ]
        ]
    }
}
