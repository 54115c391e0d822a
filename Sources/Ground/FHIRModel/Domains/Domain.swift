/// A kind of business data: the unit of consent, of encryption keys and of retention.
///
/// The raw values are part of the ledger's encoding and are never given a new meaning.
package enum Domain: UInt8, CaseIterable, Hashable, Sendable {
    /// Diagnoses, encounters, vital signs, procedures, care plans and the resident's demographics.
    case medical = 1
    /// Prescriptions, dispensing and administration of medicines.
    case medication = 2
    /// Laboratory and pathology results and specimens.
    case laboratory = 3
    /// Imaging studies, their reports and photographs.
    case imaging = 4
    /// Psychiatry, HIV, sexual health, substance use, violence, and what is labelled restricted.
    case sensitive = 5
    /// Sequences, variants and genetic reports.
    case genome = 6
    /// Activity, sleep and other data of wearables and programmes.
    case wellness = 7
    /// Assessments and services of care for the elderly.
    case eldercare = 8
    /// Coverage, claims and billing.
    case administrative = 9
    /// Health education given to a resident.
    case education = 10
    /// Public knowledge: definitions, guidelines, value sets.
    case knowledge = 11
    /// Institutions, practitioners, places and their schedules.
    case directory = 12

    /// The stable code in lower case, such as `laboratory`.
    package var code: String { names.code }

    /// The English name.
    package var english: String { names.english }

    /// The Chinese name.
    package var chinese: String { names.chinese }

    /// The domain with this code; nil for anything else.
    package init?(code: String) {
        guard let domain = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = domain
    }

    /// Whether the data is about a resident, so that a consent decides who reads it.
    package var isPersonal: Bool { self != .knowledge && self != .directory }

    /// The level of GB/T 39725-2020 §6.2, from 1 (public) to 5 (a strictly limited few).
    ///
    /// Level 4 is data that identifies a person, for those who take part in the treatment; level 5
    /// is the detail of special diseases, for the treating staff alone.
    package var sensitivityLevel: Int {
        switch self {
        case .knowledge, .directory: 1
        case .education: 3
        case .medical, .medication, .laboratory, .imaging, .wellness, .eldercare, .administrative: 4
        case .sensitive, .genome: 5
        }
    }

    /// How long the data has to be kept.
    package var retention: RetentionClass {
        switch self {
        case .medical, .medication, .laboratory, .imaging, .sensitive, .eldercare: .clinicalRecord
        case .administrative: .financialRecord
        case .genome, .wellness, .education: .residentDecides
        case .knowledge, .directory: .untilSuperseded
        }
    }

    private var names: (code: String, english: String, chinese: String) {
        switch self {
        case .medical: ("medical", "Medical", "诊疗")
        case .medication: ("medication", "Medication", "用药")
        case .laboratory: ("laboratory", "Laboratory", "检验")
        case .imaging: ("imaging", "Imaging", "影像")
        case .sensitive: ("sensitive", "Sensitive", "敏感")
        case .genome: ("genome", "Genome", "基因")
        case .wellness: ("wellness", "Wellness", "健康管理")
        case .eldercare: ("eldercare", "Care for the elderly", "养老")
        case .administrative: ("administrative", "Administrative", "费用与医保")
        case .education: ("education", "Health education", "健康宣教")
        case .knowledge: ("knowledge", "Public knowledge", "公共知识")
        case .directory: ("directory", "Directory", "机构名录")
        }
    }
}

/// How long data has to be kept before it may be destroyed.
package enum RetentionClass: String, CaseIterable, Hashable, Sendable {
    /// Thirty years, as inpatient records are; outpatient records need fifteen.
    ///
    /// Source: 医疗机构管理条例实施细则 §53.
    case clinicalRecord = "clinical-record"
    /// Thirty years, as accounting vouchers are (会计档案管理办法, annex 1).
    case financialRecord = "financial-record"
    /// As long as the resident wants it kept.
    case residentDecides = "resident-decides"
    /// Until a newer version takes its place; the old version stays readable.
    case untilSuperseded = "until-superseded"

    /// The years that the law asks for; nil when it sets none.
    package var minimumYears: Int? {
        switch self {
        case .clinicalRecord, .financialRecord: 30
        case .residentDecides, .untilSuperseded: nil
        }
    }
}
