import Base
import Consent
import FHIRModel
import Ledger
import Membership

/// The consent decision written a second time, as plainly as possible: the judge of the tests.
///
/// It lists every rule as a condition and shares no code with ``ConsentDecision``.
struct DecisionRule {
    let request: ReadRequest
    let standing: Standing
    let grants: [ListedGrant]

    var verdict: Decision {
        if let reason = brokenStanding { return Decision(allowed: false, reasons: [reason]) }
        if request.reader == request.owner { return Decision(allowed: true, reasons: [.owner]) }
        let forbidding = grants.filter { $0.grant.effect == .deny && failures(of: $0).isEmpty }
        if let lowest = forbidding.map(\.id).min() {
            return Decision(allowed: false, reasons: [.deny], grant: lowest)
        }
        if request.reader == request.writer { return Decision(allowed: true, reasons: [.author]) }
        if worksForWriter && [.treatment, .operations].contains(request.purpose) {
            return Decision(allowed: true, reasons: [.authorInstitution])
        }
        let permits = grants.filter { $0.grant.effect == .permit && names($0.grant.recipient) }
        let fitting = permits.filter { failures(of: $0).isEmpty }.sorted { left, right in
            rank(left).lexicographicallyPrecedes(rank(right))
        }
        if let best = fitting.first {
            return Decision(allowed: true, reasons: [.permit], grant: best.id)
        }
        // Of each permit only its broadest failure tells; over all permits, the narrowest first.
        let narrowestFirst: [DecisionReason] = [
            .readsUsed, .expired, .notYet, .revoked, .purposeNotCovered, .domainNotCovered,
        ]
        let broadest = permits.compactMap { permit in
            narrowestFirst.last { failures(of: permit).contains($0) }
        }
        let reasons = narrowestFirst.filter { broadest.contains($0) }
        return Decision(allowed: false, reasons: reasons.isEmpty ? [.noConsent] : reasons)
    }

    private var brokenStanding: DecisionReason? {
        switch standing {
        case .unknown: .readerUnknown
        case .institution(.suspended), .resident(.suspended), .practitioner(.suspended, _, _, _):
            .readerSuspended
        case .institution(.revoked), .resident(.revoked), .practitioner(.revoked, _, _, _):
            .readerRevoked
        case .practitioner(.active, _, .suspended, _): .institutionSuspended
        case .practitioner(.active, _, .revoked, _): .institutionRevoked
        case .institution(.active), .resident(.active), .practitioner(.active, _, .active, _): nil
        }
    }

    private var worksForWriter: Bool {
        if case .practitioner(_, let employer, _, _) = standing {
            employer == request.writer
        } else {
            false
        }
    }

    private func names(_ recipient: GrantRecipient) -> Bool {
        switch (recipient, standing) {
        case (.person(let account), _): account == request.reader
        case (.institution(let account), .practitioner(_, let employer, _, _)):
            account == employer || account == request.reader
        case (.institution(let account), _): account == request.reader
        case (.role(let role), .practitioner(_, _, _, let roles)): roles.contains(role)
        case (.role, _): false
        }
    }

    /// Every condition that a grant misses; for grants of others, that there is no consent.
    private func failures(of listed: ListedGrant) -> Set<DecisionReason> {
        let grant = listed.grant
        var failures: Set<DecisionReason> = []
        if !names(grant.recipient) { failures.insert(.noConsent) }
        if !grant.scope.domains.contains(request.domain) { failures.insert(.domainNotCovered) }
        if !grant.scope.purposes.contains(request.purpose) { failures.insert(.purposeNotCovered) }
        if grant.status == .revoked { failures.insert(.revoked) }
        if request.now.milliseconds < grant.from.milliseconds { failures.insert(.notYet) }
        if request.now.milliseconds >= grant.until.milliseconds { failures.insert(.expired) }
        if let limit = grant.readLimit {
            let spent = grant.readsUsed + request.pendingReads[listed.id, default: 0]
            if spent >= limit { failures.insert(.readsUsed) }
        }
        return failures
    }

    private func rank(_ listed: ListedGrant) -> [UInt64] {
        let (a, b, c, d) = listed.id.words
        return [
            listed.grant.readLimit == nil ? 0 : 1, listed.grant.until.milliseconds, a, b, c, d,
        ]
    }
}
