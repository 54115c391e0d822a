/// Frequent Chinese surnames and given names, which together name nobody in particular.
enum SampleNames {
    static let surnames = [
        "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
        "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "韩", "冯", "曹", "欧阳", "诸葛",
    ]

    /// Given names by sex and by the decades in which they were usual.
    static func givenNames(_ sex: Sex, bornIn year: Int) -> [String] {
        switch (sex, year) {
        case (.male, ..<1970): ["建国", "志强", "德明", "国华", "永福", "卫东", "海生", "树林", "玉林", "根发"]
        case (.male, ..<2000): ["伟", "磊", "军", "勇", "杰", "涛", "鹏", "俊峰", "晓东", "志远", "明辉"]
        case (.male, _): ["浩宇", "子轩", "宇航", "俊熙", "沐辰", "奕辰", "一诺", "皓轩", "嘉懿", "梓豪"]
        case (.female, ..<1970): ["秀英", "桂兰", "玉珍", "凤英", "淑珍", "爱华", "月娥", "翠花", "素芬", "惠芳"]
        case (.female, ..<2000): ["静", "敏", "丽", "艳", "娟", "芳", "婷", "雪梅", "晓燕", "丽娜", "慧敏"]
        case (.female, _): ["梓涵", "欣怡", "诗涵", "雨桐", "可馨", "语嫣", "若汐", "思琪", "佳琪", "一诺"]
        }
    }
}
