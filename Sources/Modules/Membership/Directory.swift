package import ContractKit
package import Ledger
package import Storage

/// Membership as other modules and the node may see it: lookups in a call and in a snapshot.
package enum Directory {
    // MARK: In a call

    package static func institution(
        _ account: AccountID, in context: CallContext
    ) throws(CallFailure) -> Institution? {
        try MembershipTables.institutions.row(account, in: context)
    }

    package static func practitioner(
        _ account: AccountID, in context: CallContext
    ) throws(CallFailure) -> Practitioner? {
        try MembershipTables.practitioners.row(account, in: context)
    }

    package static func resident(
        _ account: AccountID, in context: CallContext
    ) throws(CallFailure) -> Resident? {
        try MembershipTables.residents.row(account, in: context)
    }

    /// What an account is and whether it may act.
    package static func standing(
        of account: AccountID, in context: CallContext
    ) throws(CallFailure) -> Standing {
        try standing(
            of: account,
            institution: { (account) throws(CallFailure) in try institution(account, in: context) },
            practitioner: { (account) throws(CallFailure) in
                try practitioner(account, in: context)
            },
            resident: { (account) throws(CallFailure) in try resident(account, in: context) })
    }

    /// Refuses unless the caller is an institution in good standing: one read.
    package static func requireActiveInstitution(in context: CallContext) throws(CallFailure) {
        guard let institution = try institution(context.sender, in: context) else {
            throw .because(CallerRefusal.notInstitution)
        }
        try Guard.requireActive(institution.status)
    }

    // MARK: In a snapshot

    /// The zone; nil before the authority founded it.
    package static func zone(in state: any StateReader) throws(StorageError) -> Zone? {
        try MembershipTables.zone.row(MembershipTables.zoneKey, in: state)
    }

    package static func institution(
        _ account: AccountID, in state: any StateReader
    ) throws(StorageError) -> Institution? {
        try MembershipTables.institutions.row(account, in: state)
    }

    package static func practitioner(
        _ account: AccountID, in state: any StateReader
    ) throws(StorageError) -> Practitioner? {
        try MembershipTables.practitioners.row(account, in: state)
    }

    package static func resident(
        _ account: AccountID, in state: any StateReader
    ) throws(StorageError) -> Resident? {
        try MembershipTables.residents.row(account, in: state)
    }

    /// What an account is and whether it may act.
    package static func standing(
        of account: AccountID, in state: any StateReader
    ) throws(StorageError) -> Standing {
        try standing(
            of: account,
            institution: { (account) throws(StorageError) in try institution(account, in: state) },
            practitioner: { (account) throws(StorageError) in
                try practitioner(account, in: state)
            },
            resident: { (account) throws(StorageError) in try resident(account, in: state) })
    }

    /// Institutions in the order of their accounts, behind `after`.
    package static func institutions(
        after: AccountID? = nil, limit: Int, in state: any StateReader
    ) throws(StorageError) -> [(account: AccountID, institution: Institution)] {
        try page(MembershipTables.institutions, after, limit, state)
    }

    /// Practitioners in the order of their accounts, behind `after`.
    package static func practitioners(
        after: AccountID? = nil, limit: Int, in state: any StateReader
    ) throws(StorageError) -> [(account: AccountID, practitioner: Practitioner)] {
        try page(MembershipTables.practitioners, after, limit, state)
    }

    /// How many pseudonyms are enrolled, counted up to `limit`.
    package static func residentCount(
        limit: Int, in state: any StateReader
    ) throws(StorageError) -> Int {
        try MembershipTables.residents.rows(limit: limit, in: state).count
    }

    /// The institution that holds a social credit code.
    package static func institution(
        withCode code: SocialCreditCode, in state: any StateReader
    ) throws(StorageError) -> AccountID? {
        try MembershipTables.codes.row(code, in: state)?.account
    }

    // MARK: For state proofs

    package static func institutionKey(_ account: AccountID) -> [UInt8] {
        MembershipTables.institutions.stateKey(account)
    }

    package static func practitionerKey(_ account: AccountID) -> [UInt8] {
        MembershipTables.practitioners.stateKey(account)
    }

    package static func residentKey(_ account: AccountID) -> [UInt8] {
        MembershipTables.residents.stateKey(account)
    }

    // MARK: Shared

    private static func page<Row>(
        _ table: Table<AccountID, Row>, _ after: AccountID?, _ limit: Int, _ state: any StateReader
    ) throws(StorageError) -> [(AccountID, Row)] {
        var page: [(AccountID, Row)] = []
        for found in try table.rows(after: after?.tableKey, limit: limit, in: state) {
            page.append((try AccountID(tableKey: found.key), found.row))
        }
        return page
    }

    /// At most three lookups, practitioners first: they ask most often.
    private static func standing<Failure: Error>(
        of account: AccountID,
        institution: (AccountID) throws(Failure) -> Institution?,
        practitioner: (AccountID) throws(Failure) -> Practitioner?,
        resident: (AccountID) throws(Failure) -> Resident?
    ) throws(Failure) -> Standing {
        if let member = try practitioner(account) {
            let employer = try institution(member.institution)
            return .practitioner(
                member.status, institution: member.institution,
                institutionStatus: employer?.status ?? .revoked, roles: member.roles)
        }
        if let member = try institution(account) { return .institution(member.status) }
        if let member = try resident(account) { return .resident(member.status) }
        return .unknown
    }
}
