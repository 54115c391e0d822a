import Base
import Encoding
import FHIRDefinitions
import FHIRTerminology

extension FHIRService {
    /// Codes of one page of an expansion, and at most.
    private static let expansionLimit = 1000

    /// Operations on the value sets and code systems of the definitions (FHIR R4 §4.9, §4.8).
    func terminologyAnswer(
        _ operation: String, _ type: String, _ request: FHIRRequest
    ) throws(FHIRError) -> FHIRAnswer? {
        switch (operation, type) {
        case ("$expand", "ValueSet"): return try expand(request)
        case ("$validate-code", "ValueSet"), ("$validate-code", "CodeSystem"):
            return try validateCode(request, in: type)
        case ("$lookup", "CodeSystem"): return try lookup(request)
        case ("$subsumes", "CodeSystem"): return try subsumes(request)
        default: return nil
        }
    }

    private func expand(_ request: FHIRRequest) throws(FHIRError) -> FHIRAnswer {
        let url = try needed("url", request)
        let offset = Int(request.parameter("offset") ?? "0") ?? 0
        let count = min(Int(request.parameter("count") ?? "") ?? 100, Self.expansionLimit)
        let page: ExpansionPage
        do throws(TerminologyError) {
            page = try terminology.expand(
                url, filter: request.parameter("filter"), offset: offset, count: count)
        } catch {
            if case .unknownValueSet = error { throw FHIRError(404, "not-found", error.refusal) }
            throw FHIRError(422, "not-supported", error.refusal)
        }
        return FHIRAnswer(
            200,
            [
                "resourceType": "ValueSet", "status": "active", "url": .string(url),
                "expansion": [
                    "timestamp": .string(clock().rfc3339), "total": .integer(page.total),
                    "offset": .integer(offset),
                    "contains": .array(
                        page.codes.map { code in
                            var item: JSONValue = [
                                "system": .string(code.system), "code": .string(code.code),
                            ]
                            if code.isAbstract { item["abstract"] = true }
                            if let display = code.display { item["display"] = .string(display) }
                            return item
                        }),
                ],
            ])
    }

    private func validateCode(
        _ request: FHIRRequest, in type: String
    ) throws(FHIRError) -> FHIRAnswer {
        let code = try needed("code", request)
        let verdict: CodeVerdict
        if type == "ValueSet" {
            let url = try needed("url", request)
            guard terminology.valueSet(url) != nil else { throw .notFound("ValueSet") }
            verdict = terminology.validate(
                code: code, system: request.parameter("system"), in: url)
        } else {
            verdict = terminology.validate(code: code, system: try needed("url", request))
        }
        var parameters: [JSONValue] = []
        switch verdict {
        case .isIn(let display):
            parameters.append(["name": "result", "valueBoolean": true])
            if let display {
                parameters.append(["name": "display", "valueString": .string(display)])
            }
        case .isOut: parameters.append(["name": "result", "valueBoolean": false])
        case .unknown:
            throw FHIRError(
                422, "not-supported", "code-unknown",
                "The code's system is not held here, so nothing can be said of it.",
                "此处不含该代码所属的代码系统，无法判断。")
        }
        return FHIRAnswer(
            200, ["resourceType": "Parameters", "parameter": .array(parameters)])
    }

    private func lookup(_ request: FHIRRequest) throws(FHIRError) -> FHIRAnswer {
        let system = try needed("system", request)
        guard let definition = terminology.codeSystem(system),
            let concept = terminology.lookup(system: system, code: try needed("code", request))
        else { throw .notFound("code") }
        var parameters: [JSONValue] = [
            ["name": "name", "valueString": .string(definition.url)]
        ]
        if let display = concept.display {
            parameters.append(["name": "display", "valueString": .string(display)])
        }
        return FHIRAnswer(
            200, ["resourceType": "Parameters", "parameter": .array(parameters)])
    }

    private func subsumes(_ request: FHIRRequest) throws(FHIRError) -> FHIRAnswer {
        guard
            let outcome = terminology.subsumes(
                system: try needed("system", request), try needed("codeA", request),
                try needed("codeB", request))
        else { throw .notFound("code") }
        return FHIRAnswer(
            200,
            [
                "resourceType": "Parameters",
                "parameter": [
                    ["name": "outcome", "valueCode": .string(outcome.rawValue)]
                ],
            ])
    }

    /// A parameter of the URL, or of a Parameters resource in the body.
    private func needed(_ name: String, _ request: FHIRRequest) throws(FHIRError) -> String {
        if let text = request.parameter(name) { return text }
        if !request.body.isEmpty {
            let found = try request.json()["parameter"]?.elements.first {
                $0["name"]?.stringValue == name
            }
            let value = found?.members.first { $0.key.hasPrefix("value") }?.value
            if let text = value?.stringValue { return text }
        }
        throw .invalid("The parameter `\(name)` is needed.", "需要参数 `\(name)`。")
    }
}
