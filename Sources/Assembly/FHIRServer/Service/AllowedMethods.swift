import HTTPServer

/// What may be done at an address (FHIR R4 §3.1.0), whatever is there.
enum AllowedMethods {
    private static let reading: [HTTPMethod] = [.get, .head]

    /// The methods of a path below the base; nil when no interaction has such a path.
    static func at(_ path: [String]) -> [HTTPMethod]? {
        guard let last = path.last else { return reading + [.post] }
        if last == "$validate" { return [.post] }
        if last.hasPrefix("$") { return path.count <= 3 ? reading + [.post] : nil }
        if last == "_search" { return path.count == 3 ? nil : [.post] }
        if last == "_history" { return path.count <= 3 ? reading : nil }
        switch path.count {
        case 1: return last == "metadata" ? reading : reading + [.post, .put, .patch, .delete]
        case 2: return reading + [.put, .patch, .delete]
        case 3: return reading
        case 4: return path[2] == "_history" ? reading : nil
        default: return nil
        }
    }

    /// Refuses a method that the address does not have.
    static func require(_ request: FHIRRequest) throws(FHIRError) {
        guard let allowed = at(request.path), !allowed.contains(request.method) else { return }
        throw refusal(request)
    }

    /// The refusal of a request's method at its address.
    static func refusal(_ request: FHIRRequest) -> FHIRError {
        var error = FHIRError(
            405, "not-supported", "method",
            "\(request.method.rawValue) is not offered at this address. See /fhir/metadata.",
            "此地址不支持 \(request.method.rawValue)。请参阅 /fhir/metadata。")
        error.allowed = at(request.path) ?? []
        return error
    }
}
