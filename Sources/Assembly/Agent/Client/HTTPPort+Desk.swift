import Base
package import Consent
import Encoding
package import FHIRModel
package import Ledger

extension HTTPPort: DeskPort {
    package func decisions(
        for reader: AccountID, purpose: Purpose, about kinds: [RecordKind]
    ) throws(PortError) -> KindVerdicts {
        var verdicts = KindVerdicts()
        for start in stride(from: 0, to: kinds.count, by: PortLimits.kindCount) {
            let part = kinds[start...].prefix(PortLimits.kindCount)
            let answer = try ask(
                "/v1/desk/decisions", reader, purpose, "kinds",
                part.map {
                    [
                        "owner": .string($0.owner.description), "domain": .string($0.domain.code),
                        "writer": .string($0.writer.description),
                    ]
                }, isRepeatable: true)
            verdicts.append(answer)
        }
        return verdicts
    }

    package func serve(
        _ reads: [ServedRead], to reader: AccountID, purpose: Purpose
    ) throws(PortError) -> [ReadVerdict] {
        // Asking twice would count the read twice.
        try ask(
            "/v1/desk/reads", reader, purpose, "reads",
            reads.map {
                [
                    "owner": .string($0.owner.description),
                    "record": .string($0.record.description),
                ]
            }, isRepeatable: false
        ).verdicts
    }

    package func rightsMark() throws(PortError) -> UInt64 {
        guard let mark = try json("/v1/desk/mark")["mark"]?.unsignedValue else {
            throw .unexpected("the mark")
        }
        return mark
    }

    private func ask(
        _ path: String, _ reader: AccountID, _ purpose: Purpose, _ name: String,
        _ items: [JSONValue], isRepeatable: Bool
    ) throws(PortError) -> KindVerdicts {
        let request: JSONValue = .object([
            JSONMember("reader", .string(reader.description)),
            JSONMember("purpose", .string(purpose.code)),
            JSONMember(name, .array(items)),
        ])
        let answer = try post(
            path, type: "application/json", request.serialized(), signedIn: true,
            isRepeatable: isRepeatable)
        let verdicts = (answer["verdicts"]?.elements ?? []).compactMap(Self.verdict)
        guard verdicts.count == items.count else { throw .unexpected("the verdicts") }
        return KindVerdicts(verdicts: verdicts, lasting: answer["lasting_ms"]?.unsignedValue)
    }

    private static func verdict(_ value: JSONValue) -> ReadVerdict? {
        guard let isAllowed = value["allowed"]?.boolValue else { return nil }
        let reasons = (value["reasons"]?.elements ?? []).map { reason in
            let code = reason["code"]?.stringValue ?? "consent.refused"
            let english = reason["message"]?.stringValue ?? code
            return Refusal(code, english, reason["message_zh"]?.stringValue ?? english)
        }
        return ReadVerdict(allowed: isAllowed, reasons: reasons)
    }
}
