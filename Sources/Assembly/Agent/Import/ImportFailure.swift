package import Base
package import Cryptography
package import FHIRModel

/// Why an import stopped; what was written before stays and a repetition goes on from there.
package enum ImportFailure: Error, Hashable, Sendable {
    /// The file cannot be imported as it is.
    case document(Refusal)
    /// The node refused, is busy or away.
    case port(PortError)
    /// The agent's own files failed.
    case store(AgentStoreError)
    /// A key is not usable, or a C library failed.
    case cryptography(CryptographyError)
    /// Only institutions import.
    case notInstitution
    /// A resource is about a patient whom nothing in the file identifies.
    case patientUnidentified(entry: Int?)
    /// Patients are not known here and hosting is off.
    case patientsUnknown(count: Int)
    /// Two different patients would become one.
    case patientAmbiguous(entry: Int?)
    /// The node names another public key than the hosted wallet has.
    case keyMismatch
    /// An owner who keeps the own wallet has not published the key of a domain.
    case keyMissing(Domain)
    /// The chain refused a transaction.
    case contract(Refusal)
    /// The node stored other bytes than it was sent.
    case vault
    /// A resource does not fit into one record.
    case oversized(entry: Int?)

    /// What the user is told.
    package var refusal: Refusal {
        func place(_ entry: Int?) -> (String, String) {
            entry.map { ("Bundle.entry[\($0)]: ", "Bundle.entry[\($0)]：") } ?? ("", "")
        }
        switch self {
        case .document(let refusal), .contract(let refusal): return refusal
        case .port(let error): return error.refusal
        case .store(let error): return error.refusal
        case .cryptography:
            return Refusal(
                "import.key",
                "A public key of the chain cannot be used. Ask its owner for a new one.",
                "链上的某个公钥无法使用。请其所有者更换。")
        case .notInstitution:
            return Refusal(
                "import.not-institution",
                "Only an institution imports records. Use the institution's keystore.",
                "只有机构可以导入记录。请使用机构的密钥库。")
        case .patientUnidentified(let entry):
            let (english, chinese) = place(entry)
            return Refusal(
                "import.patient-unidentified",
                "\(english)The patient has neither an identifier nor an id. Add one to the file.",
                "\(chinese)患者既无标识符也无 id。请在文件中补充。")
        case .patientsUnknown(let count):
            return Refusal(
                "import.patient-unknown",
                "\(count) patients of the file are not enrolled here. Enrol them with their own "
                    + "wallets, or import with hosted wallets switched on (--enrol-hosted).",
                "文件中有 \(count) 位患者尚未在本机构登记。请先以其本人钱包登记，"
                    + "或启用托管钱包导入（--enrol-hosted）。")
        case .patientAmbiguous(let entry):
            let (english, chinese) = place(entry)
            return Refusal(
                "import.patient-ambiguous",
                "\(english)The patient's id belongs to somebody with another identifier. Name the "
                    + "file's source (--source), or correct the id.",
                "\(chinese)该患者的 id 已属于另一标识符的患者。请指定文件来源（--source）或更正 id。")
        case .keyMismatch:
            return Refusal(
                "import.key-mismatch",
                "The node names another key for a hosted wallet than the wallet has. Do not use "
                    + "this node; report it to the authority.",
                "节点给出的密钥与托管钱包不符。请停用此节点并报告管理部门。")
        case .keyMissing(let domain):
            return Refusal(
                "import.key-missing",
                "A patient has published no key for the domain \(domain.code). Ask for it: only "
                    + "the patient's own wallet can publish one.",
                "有患者尚未公布“\(domain.chinese)”域的密钥。请患者用本人钱包公布。")
        case .vault:
            return Refusal(
                "import.vault",
                "The node stored other bytes than it was sent. Import through another node and "
                    + "report this one.",
                "节点存储的内容与发送的不符。请改用其他节点导入，并报告此节点。")
        case .oversized(let entry):
            let (english, chinese) = place(entry)
            return Refusal(
                "import.oversized",
                "\(english)The resource is larger than \(RecordPayload.contentLimit >> 20) MiB. "
                    + "Move its attachment out of the resource.",
                "\(chinese)资源超过 \(RecordPayload.contentLimit >> 20) MiB。请将附件移出资源。")
        }
    }
}
