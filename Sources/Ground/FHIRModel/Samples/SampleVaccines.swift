/// Vaccines by CVX code, and the age in years at which they are usual.
struct SampleVaccine {
    let cvx: String
    let name: String
    let ages: ClosedRange<Int>
    let percent: Int

    static let all = [
        SampleVaccine(cvx: "19", name: "卡介苗", ages: 0...6, percent: 95),
        SampleVaccine(cvx: "08", name: "重组乙型肝炎疫苗", ages: 0...6, percent: 95),
        SampleVaccine(cvx: "03", name: "麻腮风联合减毒活疫苗", ages: 1...12, percent: 90),
        SampleVaccine(cvx: "165", name: "九价人乳头瘤病毒疫苗", ages: 13...26, percent: 20),
        SampleVaccine(cvx: "88", name: "流感疫苗", ages: 3...110, percent: 30),
        SampleVaccine(cvx: "33", name: "23价肺炎球菌多糖疫苗", ages: 60...110, percent: 35),
    ]
}
