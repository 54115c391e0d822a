import Encoding

/// Which of a resource's security labels make it sensitive.
///
/// Source: HL7 v3 ActCode, InformationSensitivityPolicy; HL7 v3 Confidentiality; FHIR R4 `meta`.
package enum SecurityLabel {
    /// Sensitivity policies about the kind of information.
    ///
    /// Policies that say who is protected (CEL, EMP) or that name ordinary facts (DOB, REL) are not
    /// among them: they do not move a record to another domain.
    package static let sensitivePolicies: Set<String> = [
        "ETH", "ETHUD", "OPIOIDUD", "SUD",  // substance use
        "PSY", "PSYTHPN", "MH", "BH", "COGN", "DVD", "EMOTDIS",  // mind and behaviour
        "HIV", "STD", "SEX", "GENDER",  // sexual health
        "SDV", "VIO", "MST",  // violence
        "GDIS", "SCA", "SICKLE",  // inherited disease
        "SPI", "TBOO", "PRS",  // specially protected, taboo, at the resident's wish
    ]

    /// Confidentiality codes above normal, and the retired codes by kind of information.
    package static let sensitiveConfidentialities: Set<String> = [
        "R", "V", "ETH", "HIV", "PSY", "SDV", "S", "T",
    ]

    private static let policySystems: Set<String> = [
        CodeSystem.actCode, "http://hl7.org/fhir/v3/ActCode", "urn:oid:2.16.840.1.113883.5.4",
    ]

    private static let confidentialitySystems: Set<String> = [
        CodeSystem.confidentiality, "http://hl7.org/fhir/v3/Confidentiality",
        "urn:oid:2.16.840.1.113883.5.25",
    ]

    /// Whether a label of the resource says that it is sensitive; a label without system counts.
    static func isSensitive(_ resource: JSONElement) -> Bool {
        guard let meta = resource["meta"] else { return false }
        return meta.codingList("security").contains { label in
            guard let system = label.system else {
                return sensitivePolicies.contains(label.code)
                    || sensitiveConfidentialities.contains(label.code)
            }
            return policySystems.contains(system) && sensitivePolicies.contains(label.code)
                || confidentialitySystems.contains(system)
                    && sensitiveConfidentialities.contains(label.code)
        }
    }
}
