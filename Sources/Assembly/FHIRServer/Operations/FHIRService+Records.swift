import Base
import Encoding
import FHIRSearch

extension FHIRService {
    /// Says whether a resource would be kept (`$validate`, FHIR R4 §3.9).
    func validate(_ type: String, _ request: FHIRRequest) throws(FHIRError) -> FHIRAnswer {
        var resource = try request.json()
        if resource["resourceType"]?.stringValue == "Parameters" {
            let parameter = resource["parameter"]?.elements.first {
                $0["name"]?.stringValue == "resource"
            }
            guard let inner = parameter?["resource"] else {
                throw .invalid(
                    "The Parameters need a `resource`.", "Parameters 需要 `resource`。")
            }
            resource = inner
        }
        guard resource["resourceType"]?.stringValue == type else {
            throw .invalid(
                "The resource must be a \(type), as the URL says.", "资源必须如 URL 所示为 \(type)。",
                at: "resourceType")
        }
        let profiles = request.query.filter { $0.name == "profile" }.map(\.value)
        return FHIRAnswer(200, validation.outcome(resource, profiles: profiles))
    }

    /// Everything about one patient that the caller may see (`$everything`, FHIR R4 Patient).
    func everything(
        _ patient: ResourceName, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        try caller.require(.read, "Patient")
        var own = request
        own.query = request.query.filter { ["_count", "_page", "_type"].contains($0.name) }
        if let since = request.parameter("_since") {
            own.query.append((name: "_lastUpdated", value: "ge" + since))
        }
        own.query.append((name: "_include", value: "*"))
        return try search(own, in: .compartment(patient, type: "*"), for: caller)
    }

    /// The profiles, tags and labels of a resource (`$meta`, FHIR R4 §3.1.0.14).
    func meta(of name: ResourceName, for caller: Caller) throws(FHIRError) -> FHIRAnswer {
        try caller.require(.read, name.type)
        let resource = try value(of: try reading.current(name, for: caller))
        return FHIRAnswer(
            200,
            [
                "resourceType": "Parameters",
                "parameter": [
                    ["name": "return", "valueMeta": resource["meta"] ?? .object([])]
                ],
            ])
    }
}
