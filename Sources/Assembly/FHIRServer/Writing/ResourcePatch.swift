import Base
import Encoding
import FHIRDefinitions
import FHIRPatch
import HTTPServer

/// Applies the patches that the server takes (FHIR R4 §3.1.0.6): JSON Patch, and FHIRPath Patch.
enum ResourcePatch {
    static func apply(
        _ request: FHIRRequest, to resource: JSONValue, _ table: DefinitionTable, now: Timestamp
    ) throws(FHIRError) -> JSONValue {
        let type = request.headers["content-type"] ?? "application/fhir+json"
        if type.hasPrefix("application/json-patch+json") {
            return try jsonPatch(request.body, to: resource)
        }
        if type.hasPrefix("application/fhir+json") || type.hasPrefix("application/json") {
            return try entryPatch(request, to: resource, table, now)
        }
        throw FHIRError(
            415, "not-supported", "patch-type",
            "Send a JSON Patch (application/json-patch+json) or a Parameters resource "
                + "(application/fhir+json).",
            "请发送 JSON Patch（application/json-patch+json）或 Parameters 资源（application/fhir+json）。")
    }

    /// A Parameters resource, or, in a Bundle, a Binary that holds a JSON Patch.
    private static func entryPatch(
        _ request: FHIRRequest, to resource: JSONValue, _ table: DefinitionTable, _ now: Timestamp
    ) throws(FHIRError) -> JSONValue {
        let document = try request.json()
        if document["resourceType"]?.stringValue == "Binary",
            document["contentType"]?.stringValue?.hasPrefix("application/json-patch+json") == true,
            let data = document["data"]?.stringValue.flatMap({ Base64.decode($0) })
        {
            return try jsonPatch(data, to: resource)
        }
        do throws(FHIRPatchError) {
            return try FHIRPatch(document).apply(to: resource, table: table, now: now)
        } catch {
            throw FHIRError(422, "processing", error.refusal)
        }
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
