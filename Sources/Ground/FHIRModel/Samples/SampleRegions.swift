/// Places in which sample residents live: a district of each province's capital and of some cities.
enum SampleRegions {
    struct District {
        let code: String
        let city: String
        let name: String
    }

    /// The districts of a province; the province's own code when none is listed.
    static func districts(of province: Province) -> [District] {
        let districts = all.filter { $0.code.hasPrefix(province.code) }
        guard districts.isEmpty else { return districts }
        return [District(code: province.code + "0000", city: "", name: "")]
    }

    /// Source: GB/T 2260 codes of districts.
    private static let all: [District] =
        """
        110101 北京市 东城区
        110108 北京市 海淀区
        120101 天津市 和平区
        130102 石家庄市 长安区
        140105 太原市 小店区
        150102 呼和浩特市 新城区
        210102 沈阳市 和平区
        220102 长春市 南关区
        230102 哈尔滨市 道里区
        310101 上海市 黄浦区
        310104 上海市 徐汇区
        320102 南京市 玄武区
        330106 杭州市 西湖区
        330203 宁波市 海曙区
        330302 温州市 鹿城区
        330402 嘉兴市 南湖区
        330602 绍兴市 越城区
        330702 金华市 婺城区
        331002 台州市 椒江区
        340102 合肥市 瑶海区
        350102 福州市 鼓楼区
        360102 南昌市 东湖区
        370102 济南市 历下区
        410102 郑州市 中原区
        420102 武汉市 江岸区
        430102 长沙市 芙蓉区
        440103 广州市 荔湾区
        450102 南宁市 兴宁区
        460105 海口市 秀英区
        500103 重庆市 渝中区
        510104 成都市 锦江区
        520102 贵阳市 南明区
        530102 昆明市 五华区
        540102 拉萨市 城关区
        610102 西安市 新城区
        620102 兰州市 城关区
        630102 西宁市 城东区
        640104 银川市 兴庆区
        650102 乌鲁木齐市 天山区
        """
        .split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 3 else { return nil }
            return District(code: parts[0], city: parts[1], name: parts[2])
        }
}
