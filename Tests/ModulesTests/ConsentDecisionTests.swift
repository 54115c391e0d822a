import Base
import Consent
import FHIRModel
import Ledger
import Membership
import Testing

/// Small worlds in which every case of the decision occurs.
private enum World {
    static let now = Timestamp(milliseconds: 1000)
    static let (reader, owner, writer, employer, other) = (
        account(1), account(2), account(3), account(4), account(5)
    )

    static func account(_ number: UInt64) -> AccountID {
        AccountID(Hash256(words: (number, 0, 0, 0)))
    }

    static let standings: [Standing] = {
        let statuses = MemberStatus.allCases
        var standings: [Standing] = [.unknown]
        standings += statuses.map { .institution($0) } + statuses.map { .resident($0) }
        for status in statuses {
            for institutionStatus in statuses {
                for roles in [[], [PractitionerRole.physician], [.nurse, .physician]] {
                    standings.append(
                        .practitioner(
                            status, institution: employer, institutionStatus: institutionStatus,
                            roles: roles))
                }
            }
        }
        return standings
    }()

    /// Standings in which the grants are looked at.
    static let activeStandings = standings.filter { $0.obstacle == nil }

    /// Who owns and who wrote: others, the reader, the reader's employer.
    static let relations = [(owner, writer), (reader, writer), (owner, reader), (owner, employer)]

    static let scopes = [
        GrantScope(domains: [.medical], purposes: [.treatment]),
        GrantScope(domains: [.laboratory], purposes: [.treatment]),
        GrantScope(domains: [.medical], purposes: [.research]),
        GrantScope(domains: [.medical, .laboratory], purposes: [.operations, .research]),
    ]

    static let recipients: [GrantRecipient] = [
        .person(reader), .person(other), .institution(employer), .institution(reader),
        .institution(other), .role(.physician), .role(.nurse),
    ]

    /// From and until around now: it is inside, at the end, before the beginning, at the beginning.
    static let periods: [(UInt64, UInt64)] = [(0, 2000), (0, 1000), (1001, 2000), (1000, 1001)]

    /// Limit, used, pending.
    static let reads: [(UInt64?, UInt64, UInt64)] = [
        (nil, 9, 9), (2, 1, 0), (2, 2, 0), (2, 1, 1), (1, 5, 0),
    ]

    static func request(
        _ relation: (AccountID, AccountID), _ domain: Domain, _ purpose: Purpose,
        pending: [Hash256: UInt64] = [:]
    ) -> ReadRequest {
        ReadRequest(
            reader: reader, owner: relation.0, writer: relation.1, domain: domain,
            purpose: purpose, now: now, pendingReads: pending)
    }

    static func grant(
        _ effect: GrantEffect, _ recipient: GrantRecipient, _ scope: GrantScope,
        _ period: (UInt64, UInt64), _ reads: (UInt64?, UInt64, UInt64), _ status: GrantStatus
    ) -> Grant {
        Grant(
            effect: effect, recipient: recipient, scope: scope,
            from: Timestamp(milliseconds: period.0), until: Timestamp(milliseconds: period.1),
            readLimit: reads.0, readsUsed: reads.1, status: status)
    }
}

@Suite("The consent decision")
struct ConsentDecisionTests {
    private func check(
        _ request: ReadRequest, _ standing: Standing, _ grants: [ListedGrant]
    ) -> DecisionReason? {
        let found = ConsentDecision.decide(request, standing: standing, grants: grants)
        let rule = DecisionRule(request: request, standing: standing, grants: grants)
        if found != rule.verdict {
            Issue.record("\(found) but \(rule.verdict) for \(request), \(standing), \(grants)")
        }
        return found.reasons.first
    }

    @Test("follows the rule for every standing and relation, without and with one permit")
    func standings() {
        var reasons: Set<DecisionReason> = []
        let permit = ListedGrant(
            id: .zero,
            grant: World.grant(
                .permit, .person(World.reader), World.scopes[0], (0, 2000), (nil, 0, 0), .active))
        for standing in World.standings {
            for relation in World.relations {
                for purpose in Purpose.allCases {
                    let request = World.request(relation, .medical, purpose)
                    for grants in [[], [permit]] {
                        if let reason = check(request, standing, grants) { reasons.insert(reason) }
                    }
                }
            }
        }
        #expect(
            reasons == [
                .readerUnknown, .readerSuspended, .readerRevoked, .institutionSuspended,
                .institutionRevoked, .owner, .author, .authorInstitution, .permit, .noConsent,
                .purposeNotCovered,
            ])
    }

    @Test("follows the rule for every single grant")
    func singles() {
        var counts: [DecisionReason: Int] = [:]
        for grant in Self.everyGrant {
            let listed = [ListedGrant(id: .zero, grant: grant.grant)]
            for standing in World.activeStandings {
                for relation in World.relations {
                    let request = World.request(
                        relation, .medical, .treatment, pending: [.zero: grant.pending])
                    if let reason = check(request, standing, listed) {
                        counts[reason, default: 0] += 1
                    }
                }
            }
        }
        for reason in [
            DecisionReason.owner, .author, .authorInstitution, .permit, .deny, .readsUsed,
            .expired, .notYet, .revoked, .purposeNotCovered, .domainNotCovered, .noConsent,
        ] {
            #expect(counts[reason, default: 0] >= 50, "\(reason) hardly occurs")
        }
    }

    @Test("follows the rule for every pair of telling grants")
    func pairs() {
        let telling = Self.tellingGrants
        for standing in World.activeStandings {
            for relation in [World.relations[0], World.relations[2], World.relations[3]] {
                for first in telling {
                    for second in telling {
                        let grants = [
                            ListedGrant(id: World.account(10).hash, grant: first),
                            ListedGrant(id: World.account(11).hash, grant: second),
                        ]
                        _ = check(
                            World.request(relation, .medical, .treatment), standing, grants)
                    }
                }
            }
        }
    }

    @Test("follows the rule for random heaps of grants", arguments: UInt64(1)...20)
    func heaps(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            var grants: [ListedGrant] = []
            var pending: [Hash256: UInt64] = [:]
            for number in 0..<UInt64.random(in: 0...12, using: &random) {
                guard let entry = Self.everyGrant.randomElement(using: &random) else { continue }
                let id = World.account(100 + number).hash
                grants.append(ListedGrant(id: id, grant: entry.grant))
                pending[id] = entry.pending
            }
            guard let standing = World.activeStandings.randomElement(using: &random),
                let relation = World.relations.randomElement(using: &random),
                let domain = [Domain.medical, .laboratory].randomElement(using: &random),
                let purpose = [Purpose.treatment, .operations, .research].randomElement(
                    using: &random)
            else { continue }
            _ = check(
                World.request(relation, domain, purpose, pending: pending), standing, grants)
        }
    }

    private static let everyGrant: [(grant: Grant, pending: UInt64)] = {
        var grants: [(Grant, UInt64)] = []
        for effect in GrantEffect.allCases {
            for recipient in World.recipients {
                for scope in World.scopes {
                    for period in World.periods {
                        for reads in World.reads {
                            for status in GrantStatus.allCases {
                                let grant = World.grant(
                                    effect, recipient, scope, period, reads, status)
                                grants.append((grant, reads.2))
                            }
                        }
                    }
                }
            }
        }
        return grants
    }()

    /// Grants that differ in the one thing that decides between two.
    private static let tellingGrants: [Grant] = {
        var grants: [Grant] = []
        for recipient in [World.recipients[0], World.recipients[1], World.recipients[5]] {
            for (limit, period) in zip([0, 0, 1, 2, 0, 0], [0, 3, 0, 0, 1, 2]) {
                for effect in GrantEffect.allCases {
                    grants.append(
                        World.grant(
                            effect, recipient, World.scopes[0], World.periods[period],
                            World.reads[limit], .active))
                }
            }
            for scope in World.scopes[1...2] {
                grants.append(
                    World.grant(
                        .permit, recipient, scope, World.periods[0], World.reads[0], .active))
            }
            grants.append(
                World.grant(
                    .permit, recipient, World.scopes[0], World.periods[0], World.reads[0],
                    .revoked))
        }
        return grants
    }()
}

@Suite("A decision reason")
struct DecisionReasonTests {
    @Test("has a stable code and a sentence in both languages", arguments: DecisionReason.allCases)
    func sentences(_ reason: DecisionReason) {
        #expect(DecisionReason(code: reason.code) == reason)
        #expect(DecisionReason(code: reason.rawValue) == nil)
        #expect(reason.sentence.code == reason.code)
        #expect(reason.sentence.english.hasSuffix("."))
        #expect(reason.sentence.chinese.hasSuffix("。"))
    }

    @Test("is what a person is told when a read is refused, and only then")
    func refusal() {
        let refused = Decision(allowed: false, reasons: [.expired, .domainNotCovered])
        #expect(refused.refusal == DecisionReason.expired.sentence)
        #expect(Decision(allowed: true, reasons: [.permit]).refusal == nil)
    }
}
