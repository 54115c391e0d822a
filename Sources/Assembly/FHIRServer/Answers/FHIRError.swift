package import Base
package import Encoding
import FHIRModel
import HTTPServer

/// Why a request of the FHIR API is refused: a status and what an OperationOutcome says.
package struct FHIRError: Error, Hashable, Sendable {
    /// One issue of the outcome.
    package struct Issue: Hashable, Sendable {
        /// A code of `http://hl7.org/fhir/issue-type`.
        package let code: String
        package let refusal: Refusal
        /// A FHIRPath that leads to the place, such as `Patient.name[0]`.
        package let expression: String?

        package init(_ code: String, _ refusal: Refusal, at expression: String? = nil) {
            (self.code, self.refusal, self.expression) = (code, refusal, expression)
        }
    }

    package let status: Int
    package let issues: [Issue]
    /// Seconds after which a repetition makes sense.
    package var retryAfter: Int?
    /// The methods of the address, for a refusal of another one (RFC 9110 §15.5.6).
    var allowed: [HTTPMethod] = []

    package init(_ status: Int, issues: [Issue], retryAfter: Int? = nil) {
        (self.status, self.issues, self.retryAfter) = (status, issues, retryAfter)
    }

    package init(
        _ status: Int, _ code: String, _ refusal: Refusal, at expression: String? = nil
    ) {
        self.init(status, issues: [Issue(code, refusal, at: expression)])
    }

    init(
        _ status: Int, _ issue: String, _ code: String, _ english: String, _ chinese: String,
        at expression: String? = nil
    ) {
        self.init(status, issue, Refusal("fhir." + code, english, chinese), at: expression)
    }

    /// The OperationOutcome, each text with its Chinese translation.
    package var outcome: JSONValue {
        OperationOutcome.resource(
            issues.map { OperationOutcome.issue("error", $0.code, $0.refusal, at: $0.expression) })
    }
}

extension FHIRError {
    static func notFound(_ place: String) -> FHIRError {
        FHIRError(
            404, "not-found", "not-found",
            "There is no \(place) here that you may see. Check the type and the id.",
            "此处没有您可查看的 \(place)。请核对类型和 id。")
    }

    static func unknownType(_ type: String) -> FHIRError {
        FHIRError(
            404, "not-supported", "unknown-type",
            "`\(type.prefix(64))` is not a resource type of FHIR R4. See /fhir/metadata.",
            "`\(type.prefix(64))` 不是 FHIR R4 的资源类型。请参阅 /fhir/metadata。")
    }

    /// For what has an interaction of its own instead of being written among records.
    static func noRecord(_ type: String) -> FHIRError {
        FHIRError(
            422, "not-supported", "no-record",
            "\(type) is no record. Send it to /fhir/\(type) by itself or in a batch, if at all.",
            "\(type) 不是记录。如需写入，请单独或在 batch 中发送到 /fhir/\(type)。")
    }

    static func unsupported(_ what: String, _ chinese: String) -> FHIRError {
        FHIRError(
            404, "not-supported", "not-supported",
            "\(what) is not offered here. See /fhir/metadata for what is.",
            "此处不提供\(chinese)。可用功能请参阅 /fhir/metadata。")
    }

    static func invalid(
        _ english: String, _ chinese: String, at expression: String? = nil
    ) -> FHIRError {
        FHIRError(400, "invalid", "invalid", english, chinese, at: expression)
    }

    static func unprocessable(
        _ english: String, _ chinese: String, at expression: String? = nil
    ) -> FHIRError {
        FHIRError(422, "processing", "unprocessable", english, chinese, at: expression)
    }

    static func forbidden(_ english: String, _ chinese: String) -> FHIRError {
        FHIRError(403, "forbidden", "forbidden", english, chinese)
    }

    static let conflict = FHIRError(
        412, "conflict", "version-conflict",
        "Somebody else changed the resource. Read it again and send its version in If-Match.",
        "资源已被他人修改。请重新读取，并在 If-Match 中给出其版本。")

    static func manyMatches(_ place: String) -> FHIRError {
        FHIRError(
            412, "multiple-matches", "multiple-matches",
            "More than one \(place) matches the condition. Make it more specific.",
            "符合条件的 \(place) 不止一个。请使条件更精确。")
    }
}
