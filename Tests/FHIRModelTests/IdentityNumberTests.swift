import Base
import FHIRModel
import Testing

@Suite("An identity number")
struct IdentityNumberTests {
    /// The two examples of GB 11643-1999.
    @Test("is read as the standard's examples are")
    func publishedExamples() throws {
        let woman = try IdentityNumber("11010519491231002X")
        #expect(woman.region.digits == "110105")
        #expect(woman.region.province.chinese == "北京市")
        #expect(woman.birthDate == CivilDate(year: 1949, month: 12, day: 31))
        #expect(woman.sex == .female)
        let man = try IdentityNumber("440524188001010014")
        #expect(man.region.province.english == "Guangdong")
        #expect(man.birthDate.iso == "1880-01-01")
        #expect(man.sex == .male)
        #expect(try IdentityNumber("11010519491231002x").text == "11010519491231002X")
    }

    @Test(
        "is refused with the rule that it breaks",
        arguments: [
            ("", IdentityNumberError.length(found: 0)), ("110105491231002", .length(found: 15)),
            ("11010519491231002X0", .length(found: 19)), ("１１０１０５", .length(found: 6)),
            ("1101051949123100X2", .character(position: 17)),
            ("X10105194912310021", .character(position: 1)),
            ("11010519491231002Y", .character(position: 18)),
            ("11010519 91231002X", .character(position: 9)),
            ("10010519491231002X", .region), ("99010519491231002X", .region),
            ("83000019491231002X", .region), ("11010519490231002X", .birthDate),
            ("11010519491331002X", .birthDate), ("11010518491231002X", .birthDate),
            ("11010500001231002X", .birthDate), ("110105194912310020", .checkCharacter),
            ("11010519491231003X", .checkCharacter), ("11010819491231002X", .checkCharacter),
        ])
    func refuses(_ text: String, _ error: IdentityNumberError) {
        #expect(throws: error) { try IdentityNumber(text) }
        #expect(error.refusal.code.hasPrefix("identity-number."))
        #expect(error.refusal.english != error.refusal.chinese)
    }

    @Test("detects every single wrong digit and every swap of neighbours")
    func detectsSlips() throws {
        let text = Array("440524188001010014".utf8)
        for index in 0..<18 {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != text[index] {
                var wrong = text
                wrong[index] = digit
                #expect(throws: IdentityNumberError.self) {
                    try IdentityNumber(String(decoding: wrong, as: UTF8.self))
                }
            }
            guard index < 17, text[index] != text[index + 1] else { continue }
            var wrong = text
            wrong.swapAt(index, index + 1)
            #expect(throws: IdentityNumberError.self) {
                try IdentityNumber(String(decoding: wrong, as: UTF8.self))
            }
        }
    }

    @Test("never prints itself")
    func masked() throws {
        let number = try IdentityNumber("11010519491231002X")
        #expect("\(number)" == "11****************")
        #expect(String(describing: number) == "11****************")
    }

    @Test("belongs to one of 34 provinces")
    func provinces() {
        #expect(Province.all.count == 34)
        #expect(Set(Province.all.map(\.code)).count == 34)
        #expect(Province.all.map(\.code) == Province.all.map(\.code).sorted())
        #expect(Province(code: "33")?.chinese == "浙江省")
        #expect(Province(code: "82")?.english == "Macao")
        #expect(Province(code: "3") == nil)
        #expect(RegionCode("330106")?.province.code == "33")
        for digits in ["33010", "3301061", "33010a", "990106", ""] {
            #expect(RegionCode(digits) == nil)
        }
    }

    @Test(
        "agrees on the mainland's provinces with the published list",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func publishedProvinces() throws {
        let path = try #require(TestData.files(in: "china", suffix: "provinces.csv").first)
        let text = String(decoding: try #require(TestData.read(path)), as: UTF8.self)
        let rows = text.split(whereSeparator: \.isNewline).dropFirst().map {
            $0.split(separator: ",").map { $0.filter { $0 != "\"" } }
        }
        #expect(rows.count == 31)
        for row in rows { #expect(Province(code: row[0])?.chinese == row[1]) }
    }
}
