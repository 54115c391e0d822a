import Encoding
import FHIRDefinitions
import HTTPServer

/// Applies the patches that the server takes (FHIR R4 §3.1.0.6): JSON Patch, and FHIRPath Patch.
enum ResourcePatch {
    static func apply(
        _ request: FHIRRequest, to resource: JSONValue, _ table: DefinitionTable
    ) throws(FHIRError) -> JSONValue {
        let type = request.headers["content-type"] ?? ""
        if type.hasPrefix("application/json-patch+json") {
            return try jsonPatch(request.body, to: resource)
        }
        throw FHIRError(
            415, "not-supported", "patch-type",
            "Send a JSON Patch (application/json-patch+json) or a Parameters resource "
                + "(application/fhir+json).",
            "请发送 JSON Patch（application/json-patch+json）或 Parameters 资源（application/fhir+json）。")
    }

    private static func jsonPatch(
        _ body: [UInt8], to resource: JSONValue
    ) throws(FHIRError) -> JSONValue {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: body, limits: .request)
        } catch { throw FHIRError(400, "structure", error.refusal(in: body)) }
        do throws(JSONPatchError) {
            return try JSONPatch(document).apply(to: resource)
        } catch {
            throw FHIRError(422, "processing", error.refusal)
        }
    }
}
