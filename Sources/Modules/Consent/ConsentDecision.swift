package import Base
package import FHIRModel
package import Ledger
package import Membership
package import Storage

/// A wish to read one record.
package struct ReadRequest: Hashable, Sendable {
    package let reader: AccountID
    package let owner: AccountID
    /// Who wrote the record.
    package let writer: AccountID
    package let domain: Domain
    package let purpose: Purpose
    package let now: Timestamp
    /// Reads by grant that were allowed and are not on the chain yet.
    package let pendingReads: [Hash256: UInt64]

    package init(
        reader: AccountID, owner: AccountID, writer: AccountID, domain: Domain, purpose: Purpose,
        now: Timestamp, pendingReads: [Hash256: UInt64] = [:]
    ) {
        (self.reader, self.owner, self.writer) = (reader, owner, writer)
        (self.domain, self.purpose, self.now) = (domain, purpose, now)
        self.pendingReads = pendingReads
    }
}

/// Whether a read is allowed, and why.
package struct Decision: Hashable, Sendable {
    package let allowed: Bool
    /// The most telling first; never empty.
    package let reasons: [DecisionReason]
    /// The grant that decided: count the read against it if the read is allowed.
    package let grant: Hash256?

    package init(allowed: Bool, reasons: [DecisionReason], grant: Hash256? = nil) {
        (self.allowed, self.reasons, self.grant) = (allowed, reasons, grant)
    }

    /// What a person is told; nil when the read is allowed.
    package var refusal: Refusal? { allowed ? nil : reasons.first?.sentence }
}

/// The one function that every read asks.
///
/// In this order: who may not act reads nothing; owners read their own; a deny overrides what
/// follows; an institution reads what it wrote, its practitioners do for treatment and operations;
/// then a permit decides.
package enum ConsentDecision {
    /// Grants that are read from the state at a time.
    private static let pageLimit = 256

    /// Decides with the state of a snapshot.
    ///
    /// The cost grows with the number of the owner's grants.
    package static func decide(
        _ request: ReadRequest, state: any StateReader
    ) throws(StorageError) -> Decision {
        let standing = try Directory.standing(of: request.reader, in: state)
        if let decision = decideByReader(request, standing) { return decision }
        let grants = try grants(
            of: request.owner, naming: request.reader, standing, state: state)
        return decide(request, standing: standing, grants: grants)
    }

    /// The grants of an owner that name the reader, the employer or a role of the reader.
    package static func grants(
        of owner: AccountID, naming reader: AccountID, _ standing: Standing,
        state: any StateReader
    ) throws(StorageError) -> [ListedGrant] {
        var grants: [ListedGrant] = []
        var last: Hash256?
        while true {
            let page = try ConsentQueries.grants(
                of: owner, after: last, limit: pageLimit, in: state)
            grants += page.filter { covers($0.grant.recipient, reader, standing) }
            guard page.count == pageLimit, let final = page.last else { return grants }
            last = final.id
        }
    }

    /// When time alone may next change a decision that rests on these grants; nil for never.
    package static func nextTurn(of grants: [ListedGrant], after now: Timestamp) -> Timestamp? {
        grants.lazy.flatMap { [$0.grant.from, $0.grant.until] }.filter { now < $0 }.min()
    }

    /// The decision alone: depends on nothing but its parameters.
    ///
    /// Of the owner's grants, ascending by identifier, those count that name the reader.
    package static func decide(
        _ request: ReadRequest, standing: Standing, grants: [ListedGrant]
    ) -> Decision {
        if let decision = decideByReader(request, standing) { return decision }
        let grants = grants.filter { covers($0.grant.recipient, request.reader, standing) }
        let denies = grants.filter { $0.grant.effect == .deny }
        if let deny = denies.first(where: { obstacle(to: $0, request) == nil }) {
            return Decision(allowed: false, reasons: [.deny], grant: deny.id)
        }
        if request.reader == request.writer {
            return Decision(allowed: true, reasons: [.author])
        }
        if standing.employer == request.writer,
            request.purpose == .treatment || request.purpose == .operations
        {
            return Decision(allowed: true, reasons: [.authorInstitution])
        }
        return decideByPermits(request, grants.filter { $0.grant.effect == .permit })
    }

    // MARK: The reader

    private static func decideByReader(
        _ request: ReadRequest, _ standing: Standing
    ) -> Decision? {
        if let reason = obstacle(of: standing) {
            return Decision(allowed: false, reasons: [reason])
        }
        guard request.reader == request.owner else { return nil }
        return Decision(allowed: true, reasons: [.owner])
    }

    private static func obstacle(of standing: Standing) -> DecisionReason? {
        switch standing.status {
        case nil: return .readerUnknown
        case .suspended: return .readerSuspended
        case .revoked: return .readerRevoked
        case .active: break
        }
        guard case .practitioner(_, _, let institutionStatus, _) = standing else { return nil }
        return switch institutionStatus {
        case .active: nil
        case .suspended: .institutionSuspended
        case .revoked: .institutionRevoked
        }
    }

    private static func covers(
        _ recipient: GrantRecipient, _ reader: AccountID, _ standing: Standing
    ) -> Bool {
        switch recipient {
        case .person(let account): account == reader
        case .institution(let account): account == reader || account == standing.employer
        case .role(let role): standing.roles.contains(role)
        }
    }

    // MARK: The grants

    private static func decideByPermits(
        _ request: ReadRequest, _ permits: [ListedGrant]
    ) -> Decision {
        var best: ListedGrant?
        var obstacles: Set<DecisionReason> = []
        for permit in permits {
            if let reason = obstacle(to: permit, request) {
                obstacles.insert(reason)
            } else if best.map({ isBetter(permit, than: $0) }) ?? true {
                best = permit
            }
        }
        if let best { return Decision(allowed: true, reasons: [.permit], grant: best.id) }
        let reasons = tellingOrder.filter { obstacles.contains($0) }
        return Decision(allowed: false, reasons: reasons.isEmpty ? [.noConsent] : reasons)
    }

    /// The closer a permit came to allowing the read, the more its reason tells.
    private static let tellingOrder: [DecisionReason] = [
        .readsUsed, .expired, .notYet, .revoked, .purposeNotCovered, .domainNotCovered,
    ]

    /// The first condition of a grant that the request does not meet; nil when all are met.
    private static func obstacle(
        to listed: ListedGrant, _ request: ReadRequest
    ) -> DecisionReason? {
        let grant = listed.grant
        if !grant.scope.domains.contains(request.domain) { return .domainNotCovered }
        if !grant.scope.purposes.contains(request.purpose) { return .purposeNotCovered }
        if grant.status != .active { return .revoked }
        if request.now < grant.from { return .notYet }
        if grant.until <= request.now { return .expired }
        guard let limit = grant.readLimit else { return nil }
        let pending = request.pendingReads[listed.id] ?? 0
        let (used, isOver) = grant.readsUsed.addingReportingOverflow(pending)
        return isOver || used >= limit ? .readsUsed : nil
    }

    /// Spare the limited ones; then use the one that ends first; then the smaller identifier.
    private static func isBetter(_ left: ListedGrant, than right: ListedGrant) -> Bool {
        let isLimited = left.grant.readLimit != nil
        guard isLimited == (right.grant.readLimit != nil) else { return !isLimited }
        return (left.grant.until, left.id) < (right.grant.until, right.id)
    }
}
