import Agent
import Base
import Consent
import Encoding
import FHIRModel
import FHIRSearch
import HTTPServer
import Ledger

extension FHIRService {
    /// Types whose resources are the ledger's: they are made from its state, never kept here.
    static let ledgerTypes: Set<String> = ["Consent", "AuditEvent"]

    /// Answers a request about consents or audits; nil when the request is about neither.
    func ledgerAnswer(
        _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer? {
        guard let type = request.path.first else { return nil }
        if let answer = try memberAnswer(request, for: caller) { return answer }
        if Self.ledgerTypes.contains(type) {
            return try ledgerTypeAnswer(type, request, for: caller)
        }
        // A compartment: Patient/1/Consent.
        if type == "Patient", request.path.count == 3, Self.ledgerTypes.contains(request.path[2]),
            request.method == .get
        {
            let name = try name("Patient", request.path[1])
            try caller.require(.search, request.path[2])
            return try ledgerSearch(request.path[2], name, request, for: caller)
        }
        return nil
    }

    private func ledgerTypeAnswer(
        _ type: String, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        switch (request.method, request.path.count) {
        case (.get, 1), (.head, 1):
            try caller.require(.search, type)
            return try ledgerSearch(
                type, try patient(in: request.query), request, for: caller)
        case (.get, 2), (.head, 2):
            try caller.require(.read, type)
            let name = try name(type, request.path[1])
            let patient = try patient(in: request.query)
            guard
                let found = try ledgerResources(type, patient, for: caller)
                    .first(where: { $0["id"]?.stringValue == name.id })
            else { throw .notFound(name.text) }
            return FHIRAnswer(200, found)
        case (.post, 1) where type == "Consent":
            return try createConsent(request, for: caller)
        case (.put, 2) where type == "Consent", (.delete, 2) where type == "Consent":
            return try endConsent(request, for: caller)
        default:
            var error = FHIRError(
                405, "not-supported", "ledger-type",
                "\(type) shows what is on the ledger; this interaction would change it.",
                "\(type) 展示账本内容；此操作会更改账本，故不提供。")
            error.allowed = [.get, .head]
            if type == "Consent" {
                error.allowed += request.path.count == 1 ? [.post] : [.put, .delete]
            }
            throw error
        }
    }

    // MARK: Reading

    private func ledgerSearch(
        _ type: String, _ patient: ResourceName, _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        let now = clock()
        return try scanned(
            type,
            try ledgerResources(type, patient, for: caller).compactMap { resource in
                guard let id = resource["id"]?.stringValue else { return nil }
                return StoredVersion(
                    name: ResourceName(type: type, id: id), number: 1, method: .create,
                    lastUpdated: now, scope: [], origin: [], body: resource.serialized())
            }, request)
    }

    /// The resources of one patient, who must be the caller or hosted by the calling institution.
    private func ledgerResources(
        _ type: String, _ patient: ResourceName, for caller: Caller
    ) throws(FHIRError) -> [JSONValue] {
        let owner = try owner(of: patient, for: caller)
        switch type {
        case "Consent":
            return try ledger.consents(of: owner).map { ConsentResource.json($0, of: patient) }
        default:
            return try ledger.audit(of: owner).map {
                AuditResource.json($0.sequence, $0.row, of: patient, names: [:])
            }
        }
    }

    /// The patient whom a search names.
    func patient(
        in query: [(name: String, value: String)]
    ) throws(FHIRError) -> ResourceName {
        let text = query.first {
            ["patient", "patient:Patient", "subject", "entity"].contains($0.name)
        }?.value
        guard let text else {
            throw .invalid(
                "Name the patient, such as ?patient=Patient/1.", "请指定患者，例如 ?patient=Patient/1。")
        }
        return try name("Patient", String(text.split(separator: "/").last ?? ""))
    }

    /// The account behind a Patient, for the resident or for the institution that hosts them.
    func owner(
        of patient: ResourceName, for caller: Caller
    ) throws(FHIRError) -> AccountID {
        let found: StoredVersion?
        do throws(IndexError) { found = try index.current(patient) } catch {
            throw FHIRError(error)
        }
        guard let kind = found.flatMap({ RecordKind(scope: $0.scope) }) else {
            throw .notFound(patient.text)
        }
        let isHost = caller.account == kind.writer && ledger.hosts(kind.owner)
        guard caller.account == kind.owner || isHost else {
            throw .forbidden(
                "Only the resident, or the institution that keeps the wallet, sees this.",
                "仅居民本人或托管其钱包的机构可以查看。")
        }
        return kind.owner
    }

    // MARK: Writing

    private func createConsent(
        _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        guard caller.scopes.allows(.create, "Consent") else {
            throw .forbidden("The token's scopes do not cover it.", "令牌的权限范围不包括此项。")
        }
        let resource = try request.json()
        try validation.require(resource, type: "Consent")
        let reference = resource["patient"]?["reference"]?.stringValue ?? ""
        let patient = try name("Patient", String(reference.split(separator: "/").last ?? ""))
        let owner = try owner(of: patient, for: caller)
        let id = try ledger.grant(try ConsentResource.wish(resource, now: clock()), of: owner)
        guard let listed = try ledger.consents(of: owner).first(where: { $0.id == id }) else {
            throw .notFound("Consent")
        }
        var answer = FHIRAnswer(201, ConsentResource.json(listed, of: patient))
        answer.headers = [
            ("location", address.base + "/Consent/\(id)"), ("etag", "W/\"1\""),
        ]
        return answer
    }

    private func endConsent(
        _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer {
        guard caller.scopes.allows(.update, "Consent") || caller.scopes.allows(.delete, "Consent")
        else {
            throw .forbidden("The token's scopes do not cover it.", "令牌的权限范围不包括此项。")
        }
        guard let grant = Hex.decode(request.path[1]).flatMap({ Hash256($0) }) else {
            throw .notFound("Consent")
        }
        var patientText = request.parameter("patient")
        if request.method == .put {
            let resource = try request.json()
            guard resource["status"]?.stringValue == "inactive" else {
                throw .unprocessable(
                    "A consent is changed by ending it (status inactive) and writing a new one.",
                    "修改知情同意须先终止（status 为 inactive），再新建。", at: "Consent.status")
            }
            patientText = resource["patient"]?["reference"]?.stringValue
        }
        guard let text = patientText else {
            throw .invalid(
                "Name the patient, such as ?patient=Patient/1.", "请指定患者，例如 ?patient=Patient/1。")
        }
        let patient = try name("Patient", String(text.split(separator: "/").last ?? ""))
        let owner = try owner(of: patient, for: caller)
        try ledger.revoke(grant, of: owner, now: clock())
        guard request.method == .put,
            let listed = try ledger.consents(of: owner).first(where: { $0.id == grant })
        else { return FHIRAnswer(204) }
        return FHIRAnswer(200, ConsentResource.json(listed, of: patient))
    }

    // MARK: Members and receipts

    /// A member of the zone under its account, when no resource has that id here.
    private func memberAnswer(
        _ request: FHIRRequest, for caller: Caller
    ) throws(FHIRError) -> FHIRAnswer? {
        guard let type = request.path.first, ["Practitioner", "Organization"].contains(type),
            request.path.count == 2, request.method == .get || request.method == .head,
            request.path[1].utf8.count == 64, let account = AccountID(request.path[1])
        else { return nil }
        try caller.require(.read, type)
        guard let member = try ledger.member(account),
            let resource = MemberResource.json(account, member),
            resource["resourceType"]?.stringValue == type
        else { return nil }
        return FHIRAnswer(200, resource)
    }

    /// Where a version stands on the chain (`$receipt`): a Provenance that names the transaction,
    /// with its receipt as the signature when the node gives one.
    func receipt(of name: ResourceName, for caller: Caller) throws(FHIRError) -> FHIRAnswer {
        try caller.require(.read, name.type)
        let version = try reading.current(name, for: caller)
        guard let origin = try? RecordOrigin(decoding: version.origin),
            let kind = RecordKind(scope: version.scope), let transaction = origin.transaction
        else { throw .notFound("receipt") }
        var provenance: JSONValue = [
            "resourceType": "Provenance",
            "target": [
                ["reference": .string("\(name.text)/_history/\(version.number)")]
            ],
            "recorded": .string(version.lastUpdated.rfc3339),
            "agent": [
                [
                    "who": [
                        "reference": .string("Organization/\(kind.writer)"),
                        "identifier": LedgerCodes.identifier(
                            LedgerCodes.account, kind.writer.description),
                    ]
                ]
            ],
            "entity": [
                [
                    "role": "source",
                    "what": [
                        "identifier": LedgerCodes.identifier(
                            LedgerCodes.transaction, transaction.description)
                    ],
                ]
            ],
        ]
        if let receipt = try ledger.receipt(of: transaction) {
            provenance["signature"] = [
                [
                    "type": [
                        [
                            "system": "urn:iso-astm:E1762-95:2013",
                            "code": "1.2.840.10065.1.12.1.5",
                        ]
                    ], "when": .string(version.lastUpdated.rfc3339),
                    "who": ["reference": .string("Organization/\(kind.writer)")],
                    "sigFormat": "application/cbor",
                    "data": .string(Base64.encode(receipt)),
                ]
            ]
        }
        return FHIRAnswer(200, provenance)
    }
}
