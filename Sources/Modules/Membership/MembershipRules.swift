import Base
import ContractKit
import Ledger

// The rules of admission and registration. Rules of status are in StatusRules.swift.

extension MembershipContract {
    static func found(_ call: Found, _ context: CallContext) throws(CallFailure) {
        try requireName(call.name)
        guard try MembershipTables.zone.row(MembershipTables.zoneKey, in: context) == nil else {
            throw .because(MembershipRefusal.founded)
        }
        MembershipTables.zone.put(MembershipTables.zoneKey, Zone(name: call.name), in: context)
        try announce("founded", [context.sender], context)
    }

    static func admitInstitution(
        _ call: AdmitInstitution, _ context: CallContext
    ) throws(CallFailure) {
        try requireName(call.name)
        guard let code = SocialCreditCode(call.code) else {
            throw .because(MembershipRefusal.code)
        }
        try requireFree(call.account, context)
        if let holder = try MembershipTables.codes.row(code, in: context)?.account,
            try Directory.institution(holder, in: context)?.status != .revoked
        {
            throw .because(MembershipRefusal.codeTaken)
        }
        let institution = Institution(
            name: call.name, code: code.text, kind: call.kind, readingKey: call.readingKey,
            since: context.block.height, change: admission(context))
        MembershipTables.institutions.put(call.account, institution, in: context)
        MembershipTables.codes.put(code, CodeHolder(account: call.account), in: context)
        try announce("institution-admitted", [call.account], context)
    }

    static func registerPractitioner(
        _ call: RegisterPractitioner, _ context: CallContext
    ) throws(CallFailure) {
        try requireSigned(call.account, context)
        try requireFree(call.account, context)
        let practitioner = Practitioner(
            institution: context.sender, licence: call.licence, roles: call.roles,
            readingKey: call.readingKey, since: context.block.height, change: admission(context))
        MembershipTables.practitioners.put(call.account, practitioner, in: context)
        try announce("practitioner-registered", [call.account, context.sender], context)
    }

    static func enrolResident(_ call: EnrolResident, _ context: CallContext) throws(CallFailure) {
        try requireSigned(call.account, context)
        try requireFree(call.account, context)
        try requireHost(call.host, context)
        let resident = Resident(
            registrar: context.sender, identity: call.identity, assurance: call.assurance,
            host: call.host, since: context.block.height, change: admission(context))
        MembershipTables.residents.put(call.account, resident, in: context)
        try announce("resident-enrolled", [call.account, context.sender], context)
    }

    static func rotateKeys(_ call: RotateKeys, _ context: CallContext) throws(CallFailure) {
        guard !call.keys.isEmpty, Set(call.keys).count == call.keys.count else {
            throw .because(MembershipRefusal.keys)
        }
        context.setKeys(AccountKeys(keys: call.keys), of: context.sender)
        try announce("keys-rotated", [context.sender], context)
    }

    static func replaceReadingKey(
        _ call: ReplaceReadingKey, _ context: CallContext
    ) throws(CallFailure) {
        let account = context.sender
        if let institution = try Directory.institution(account, in: context) {
            let row = institution.with(readingKey: call.readingKey)
            MembershipTables.institutions.put(account, row, in: context)
        } else if let practitioner = try Directory.practitioner(account, in: context) {
            let row = practitioner.with(readingKey: call.readingKey)
            MembershipTables.practitioners.put(account, row, in: context)
        } else {
            throw .because(MembershipRefusal.noReadingKey)
        }
        try announce("reading-key-replaced", [account], context)
    }

    static func moveWallet(_ call: MoveWallet, _ context: CallContext) throws(CallFailure) {
        guard let resident = try Directory.resident(context.sender, in: context) else {
            throw .because(CallerRefusal.notResident)
        }
        try requireHost(call.host, context)
        let row = resident.with(host: call.host)
        MembershipTables.residents.put(context.sender, row, in: context)
        let hosts = [resident.host, call.host].compactMap { $0 }
        try announce("wallet-moved", [context.sender] + hosts, context)
    }

    // MARK: Shared rules

    static func announce(
        _ name: String, _ accounts: [AccountID], _ context: CallContext
    ) throws(CallFailure) {
        try context.emit(Event(module: Self.name, name: name, accounts: accounts))
    }

    private static func admission(_ context: CallContext) -> StatusChange {
        StatusChange(
            status: .active, reason: nil, setBy: context.sender, height: context.block.height)
    }

    private static func requireName(_ name: String) throws(CallFailure) {
        guard !name.isEmpty, name.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
        else { throw .because(MembershipRefusal.name) }
    }

    private static func requireSigned(
        _ account: AccountID, _ context: CallContext
    ) throws(CallFailure) {
        guard context.isSigned(by: account) else {
            throw .because(MembershipRefusal.signatureMissing)
        }
    }

    private static func requireFree(
        _ account: AccountID, _ context: CallContext
    ) throws(CallFailure) {
        guard try Directory.standing(of: account, in: context) == .unknown else {
            throw .because(MembershipRefusal.accountTaken)
        }
    }

    private static func requireHost(
        _ host: AccountID?, _ context: CallContext
    ) throws(CallFailure) {
        guard let host else { return }
        guard try Directory.institution(host, in: context)?.status == .active else {
            throw .because(MembershipRefusal.hostNotActive)
        }
    }
}
