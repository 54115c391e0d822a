/// A province-level division of China by its code of GB/T 2260, the first two of six digits.
package struct Province: Hashable, Sendable {
    /// Two digits, such as `33`.
    package let code: String
    package let english: String
    package let chinese: String

    /// The 34 divisions in the order of their codes.
    ///
    /// Source: GB/T 2260-2007; the mainland's 31, then Taiwan, Hong Kong and Macao.
    package static let all: [Province] = [
        Province("11", "Beijing", "北京市"), Province("12", "Tianjin", "天津市"),
        Province("13", "Hebei", "河北省"), Province("14", "Shanxi", "山西省"),
        Province("15", "Inner Mongolia", "内蒙古自治区"), Province("21", "Liaoning", "辽宁省"),
        Province("22", "Jilin", "吉林省"), Province("23", "Heilongjiang", "黑龙江省"),
        Province("31", "Shanghai", "上海市"), Province("32", "Jiangsu", "江苏省"),
        Province("33", "Zhejiang", "浙江省"), Province("34", "Anhui", "安徽省"),
        Province("35", "Fujian", "福建省"), Province("36", "Jiangxi", "江西省"),
        Province("37", "Shandong", "山东省"), Province("41", "Henan", "河南省"),
        Province("42", "Hubei", "湖北省"), Province("43", "Hunan", "湖南省"),
        Province("44", "Guangdong", "广东省"), Province("45", "Guangxi", "广西壮族自治区"),
        Province("46", "Hainan", "海南省"), Province("50", "Chongqing", "重庆市"),
        Province("51", "Sichuan", "四川省"), Province("52", "Guizhou", "贵州省"),
        Province("53", "Yunnan", "云南省"), Province("54", "Tibet", "西藏自治区"),
        Province("61", "Shaanxi", "陕西省"), Province("62", "Gansu", "甘肃省"),
        Province("63", "Qinghai", "青海省"), Province("64", "Ningxia", "宁夏回族自治区"),
        Province("65", "Xinjiang", "新疆维吾尔自治区"), Province("71", "Taiwan", "台湾省"),
        Province("81", "Hong Kong", "香港特别行政区"), Province("82", "Macao", "澳门特别行政区"),
    ]

    private init(_ code: String, _ english: String, _ chinese: String) {
        (self.code, self.english, self.chinese) = (code, english, chinese)
    }

    /// The province with a two-digit code; nil when there is none.
    package init?(code: some StringProtocol) {
        guard let province = Self.all.first(where: { $0.code == code }) else { return nil }
        self = province
    }
}

/// A county-level division by the six digits of GB/T 2260: province, prefecture, county.
///
/// Only the province is looked up. Counties are merged and renamed every year, and an identity
/// number keeps the code of the day it was given.
package struct RegionCode: Hashable, Sendable {
    /// Six digits, such as `330106`.
    package let digits: String
    package let province: Province

    /// A code of six digits within a province that exists; nil for anything else.
    package init?(_ digits: some StringProtocol) {
        guard digits.utf8.count == 6, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let province = Province(code: digits.prefix(2))
        else { return nil }
        self.digits = String(digits)
        self.province = province
    }
}
