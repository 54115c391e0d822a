/// The diagnoses of sample residents, with ICD-10 codes and Chinese names.
///
/// Shares are round figures that make a plausible population; they are not epidemiology.
enum SampleDiseases {
    static let ordinary: [SampleDisease] = [
        disease(
            "I10", "原发性高血压", 35...110, 38, chronic: true,
            SampleMedicine(code: "C08CA01", name: "苯磺酸氨氯地平片 5mg", dosage: "每日一次，每次一片"),
            [SampleTests.creatinine]),
        disease(
            "E11.9", "2型糖尿病", 35...110, 18, chronic: true,
            SampleMedicine(code: "A10BA02", name: "盐酸二甲双胍片 0.5g", dosage: "每日两次，每次一片，餐中服"),
            [SampleTests.glucose, SampleTests.haemoglobinA1c]),
        disease(
            "E78.5", "高脂血症", 30...110, 26, chronic: true,
            SampleMedicine(code: "C10AA05", name: "阿托伐他汀钙片 20mg", dosage: "每晚一次，每次一片"),
            [SampleTests.cholesterol, SampleTests.triglycerides]),
        disease(
            "I25.1", "冠状动脉粥样硬化性心脏病", 55...110, 14, chronic: true,
            SampleMedicine(code: "B01AC06", name: "阿司匹林肠溶片 100mg", dosage: "每日一次，每次一片"),
            [SampleTests.cholesterol]),
        disease(
            "J44.9", "慢性阻塞性肺疾病", 55...110, 10, chronic: true,
            SampleMedicine(code: "R03BB04", name: "噻托溴铵粉吸入剂 18μg", dosage: "每日一次，每次一粒吸入"),
            [SampleTests.leukocytes]),
        disease(
            "M10.9", "痛风", 25...110, 9, sex: .male, chronic: true,
            SampleMedicine(code: "M04AA03", name: "非布司他片 40mg", dosage: "每日一次，每次一片"),
            [SampleTests.urate]),
        disease(
            "M81.9", "骨质疏松症", 55...110, 22, sex: .female, chronic: true,
            SampleMedicine(code: "M05BA04", name: "阿仑膦酸钠片 70mg", dosage: "每周一次，晨起空腹"), []),
        disease(
            "N40", "前列腺增生", 55...110, 25, sex: .male, chronic: true,
            SampleMedicine(code: "G04CA02", name: "盐酸坦索罗辛缓释胶囊 0.2mg", dosage: "每晚一次，每次一粒"),
            [SampleTests.creatinine]),
        disease(
            "E03.9", "甲状腺功能减退症", 20...110, 7, sex: .female, chronic: true,
            SampleMedicine(code: "H03AA01", name: "左甲状腺素钠片 50μg", dosage: "每日一次，晨起空腹"),
            [SampleTests.thyrotropin]),
        disease(
            "J45.9", "支气管哮喘", 3...110, 5, chronic: true,
            SampleMedicine(code: "R03AC02", name: "硫酸沙丁胺醇吸入气雾剂 100μg", dosage: "必要时一至两揿"),
            [SampleTests.leukocytes]),
        disease(
            "D50.9", "缺铁性贫血", 12...50, 12, sex: .female,
            SampleMedicine(code: "B03AA07", name: "硫酸亚铁片 0.3g", dosage: "每日三次，每次一片，餐后服"),
            [SampleTests.haemoglobin]),
        disease(
            "Z34.9", "正常妊娠监督", 22...40, 14, sex: .female,
            SampleMedicine(code: "B03BB01", name: "叶酸片 0.4mg", dosage: "每日一次，每次一片"),
            [SampleTests.haemoglobin, SampleTests.glucose]),
        disease(
            "K29.5", "慢性胃炎", 18...110, 15,
            SampleMedicine(code: "A02BC01", name: "奥美拉唑肠溶胶囊 20mg", dosage: "每日一次，每次一粒，餐前服"), []),
        disease(
            "J06.9", "急性上呼吸道感染", 0...110, 45,
            SampleMedicine(code: "N02BE01", name: "对乙酰氨基酚片 0.5g", dosage: "发热时一片，间隔六小时以上"),
            [SampleTests.leukocytes]),
        disease(
            "A09", "急性胃肠炎", 0...60, 14,
            SampleMedicine(code: "A07CA", name: "口服补液盐散", dosage: "按需冲服"),
            [SampleTests.leukocytes]),
        disease("K02.9", "龋齿", 4...70, 20, nil, []),
    ]

    /// Diagnoses that are labelled, and for which consent to `medical` is not enough.
    static let sensitive: [SampleDisease] = [
        disease(
            "F32.9", "抑郁发作", 16...90, 7, chronic: true,
            SampleMedicine(code: "N06AB06", name: "盐酸舍曲林片 50mg", dosage: "每日一次，每次一片"),
            [SampleTests.depressionScore], label: "PSY"),
        disease(
            "F10.2", "酒精依赖综合征", 25...75, 3, sex: .male, chronic: true, nil,
            [SampleTests.alanineAminotransferase], label: "ETH"),
        disease(
            "B24", "人类免疫缺陷病毒病", 20...65, 2, chronic: true,
            SampleMedicine(code: "J05AR12", name: "拉米夫定替诺福韦片", dosage: "每日一次，每次一片"),
            [SampleTests.leukocytes], label: "HIV"),
        disease(
            "A53.9", "梅毒", 18...70, 2,
            SampleMedicine(code: "J01CE08", name: "注射用苄星青霉素 240万单位", dosage: "每周一次肌内注射，共三次"),
            [], label: "STD"),
    ]

    private static func disease(
        _ code: String, _ name: String, _ ages: ClosedRange<Int>, _ percent: Int,
        sex: Sex? = nil, chronic: Bool = false, _ medicine: SampleMedicine?,
        _ tests: [SampleTest], label: String? = nil
    ) -> SampleDisease {
        SampleDisease(
            code: code, name: name, ages: ages, sex: sex, percent: percent, isChronic: chronic,
            medicine: medicine, tests: tests, label: label)
    }
}
