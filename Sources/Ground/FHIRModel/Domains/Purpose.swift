/// Why somebody reads: consents allow purposes, and the audit records them.
///
/// The raw values are part of the ledger's encoding and are never given a new meaning.
package enum Purpose: UInt8, CaseIterable, Hashable, Sendable {
    case treatment = 1
    /// Treatment that cannot wait for a consent; every use is reviewed.
    case emergency = 2
    case payment = 3
    case operations = 4
    case research = 5
    case publicHealth = 6
    /// The resident asks, or somebody on the resident's behalf.
    case residentRequest = 7
    /// The authority checks that rules are kept.
    case supervision = 8

    /// The code system of ``code`` (HL7 v3 ActReason, value set PurposeOfUse).
    package static let system = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

    /// The HL7 v3 PurposeOfUse code, such as `TREAT`.
    package var code: String { names.code }

    /// The English name.
    package var english: String { names.english }

    /// The Chinese name.
    package var chinese: String { names.chinese }

    /// The purpose that an HL7 v3 PurposeOfUse code means or is a special case of.
    ///
    /// Returns nil for codes outside of the value set and for those without a purpose here:
    /// marketing, training, directory listing and legal proceedings need their own decision.
    package init?(code: String) {
        switch code {
        case "TREAT", "COC", "CLINTRL", "CAREMGT": self = .treatment
        case "ETREAT", "BTG", "ERTREAT": self = .emergency
        case "HPAYMT", "CLMATTCH", "COVAUTH", "COVERAGE", "ELIGDTRM", "ELIGVER", "ENROLLM",
            "REMITADV":
            self = .payment
        case "HOPERAT", "HDM", "HOUTCOMS", "HPRGRP", "HQUALIMP", "HSYSADMIN", "LABELING",
            "METAMGT", "MEMADMIN", "PATADMIN", "PATSFTY", "PERFMSR", "RECORDMGT":
            self = .operations
        case "HRESCH", "BIORCH", "CLINTRCH", "CLINTRCHNPC", "CLINTRCHPC", "PRECLINTRCH", "DSRCH",
            "POARCH", "TRANSRCH":
            self = .research
        case "PUBHLTH", "DISASTER", "THREAT", "POPHLTH": self = .publicHealth
        case "PATRQT", "FAMRQT", "PWATRNY", "SUPNWK": self = .residentRequest
        case "HCOMPL", "HACCRED", "FRAUD", "GOV": self = .supervision
        default: return nil
        }
    }

    private var names: (code: String, english: String, chinese: String) {
        switch self {
        case .treatment: ("TREAT", "Treatment", "诊疗")
        case .emergency: ("ETREAT", "Emergency treatment", "急救")
        case .payment: ("HPAYMT", "Payment", "支付结算")
        case .operations: ("HOPERAT", "Operations", "运营管理")
        case .research: ("HRESCH", "Research", "科研")
        case .publicHealth: ("PUBHLTH", "Public health", "公共卫生")
        case .residentRequest: ("PATRQT", "Request of the resident", "本人请求")
        case .supervision: ("HCOMPL", "Supervision", "监管")
        }
    }
}
