import Encoding
import FHIRSearch
import HTTPServer

extension FHIRService {
    /// A batch or transaction that was posted to the base (FHIR R4 §3.1.0.11).
    func bundle(_ request: FHIRRequest, for caller: Caller) throws(FHIRError) -> FHIRAnswer {
        let bundle = try request.json()
        guard bundle["resourceType"]?.stringValue == "Bundle" else {
            throw .invalid(
                "Only a Bundle can be posted here; post a resource to its type, such as "
                    + "/fhir/Patient.",
                "此处只接受 Bundle；单个资源请发送到其类型地址，例如 /fhir/Patient。",
                at: "resourceType")
        }
        let entries = bundle["entry"]?.elements ?? []
        guard entries.count <= TransactionProcessor.entryLimit else {
            throw FHIRError(
                413, "too-costly", "entries",
                "A Bundle may have \(TransactionProcessor.entryLimit) entries; split it.",
                "Bundle 最多 \(TransactionProcessor.entryLimit) 个条目；请拆分。")
        }
        switch bundle["type"]?.stringValue {
        case "transaction":
            var requests: [EntryRequest] = []
            for (index, entry) in entries.enumerated() {
                requests.append(try EntryRequest(entry, index: index))
            }
            let answers = try TransactionProcessor(service: self, caller: caller).run(requests)
            return FHIRAnswer(200, response("transaction-response", answers))
        case "batch":
            return FHIRAnswer(
                200,
                response(
                    "batch-response",
                    entries.enumerated().map { index, entry in
                        batchAnswer(entry, index, caller)
                    }))
        default:
            throw .invalid(
                "The Bundle's type must be batch or transaction.",
                "Bundle 的 type 必须是 batch 或 transaction。", at: "Bundle.type")
        }
    }

    /// The answer to one entry of a batch, which stands for itself.
    private func batchAnswer(_ entry: JSONValue, _ index: Int, _ caller: Caller) -> JSONValue {
        do throws(FHIRError) {
            let entry = try EntryRequest(entry, index: index)
            return ResponseEntry.json(try answer(entry.request, for: caller), address)
        } catch {
            return ResponseEntry.json(FHIRAnswer(error), address)
        }
    }

    private func response(_ type: String, _ entries: [JSONValue]) -> JSONValue {
        BundleAnswer.bundle(type, id: store.freshID(), time: clock(), entries: entries)
    }
}
