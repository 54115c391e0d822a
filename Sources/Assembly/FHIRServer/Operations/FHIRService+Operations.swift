import Base
import Encoding
import FHIRSearch
import HTTPServer

extension FHIRService {
    /// Where an operation is called.
    enum OperationPlace: Hashable, Sendable {
        case system
        case type(String)
        case resource(ResourceName)

        var type: String? {
            switch self {
            case .system: nil
            case .type(let type): type
            case .resource(let name): name.type
            }
        }
    }

    /// Calls an operation by its name with `$`.
    func operation(
        _ name: String, on place: OperationPlace, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        if let type = place.type, let answer = try terminologyAnswer(name, type, request) {
            return answer
        }
        switch (name, place) {
        case ("$validate", .type(let type)): return try validate(type, request)
        case ("$validate", .resource(let name)): return try validate(name.type, request)
        case ("$export", _): return try export(on: place, request, for: caller)
        case ("$everything", .resource(let patient)) where patient.type == "Patient":
            return try everything(patient, request, for: caller)
        case ("$meta", .resource(let name)):
            return try meta(of: name, for: caller)
        case ("$receipt", .resource(let name)): return try receipt(of: name, for: caller)
        default:
            throw .unsupported("The operation \(name.prefix(32))", "操作 \(name.prefix(32))")
        }
    }
}
