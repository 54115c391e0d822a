package import Base
package import FHIRViews
package import Parquet
package import System

/// Where a resource stands in what was given.
package struct ResourcePlace: Hashable, Sendable {
    /// What counts the resources of a file.
    package enum Part: Hashable, Sendable {
        case whole
        /// A line, from 1.
        case line(Int)
        /// An entry of a Bundle, from 1.
        case entry(Int)
    }

    package let file: String
    package let part: Part

    package init(file: String, part: Part) { (self.file, self.part) = (file, part) }

    var english: String {
        switch part {
        case .whole: file
        case .line(let number): "\(file), line \(number)"
        case .entry(let number): "\(file), entry \(number)"
        }
    }

    var chinese: String {
        switch part {
        case .whole: file
        case .line(let number): "\(file) 第 \(number) 行"
        case .entry(let number): "\(file) 第 \(number) 个条目"
        }
    }
}

/// Why a view gives no table.
package enum AnalyticsError: Error, Hashable, Sendable {
    /// A file or the disk.
    case system(SystemError)
    /// A file in a form that is not read: its name's ending.
    case form(file: String, ending: String)
    /// Compressed bytes that are damaged or too large.
    case compressed(file: String)
    /// A line or a document that is no JSON; the refusal says where in it.
    case json(ResourcePlace, Refusal)
    /// A line that is longer than a resource may be.
    case lineTooLong(ResourcePlace, limit: Int)
    /// JSON that is no resource.
    case noResource(ResourcePlace)
    /// A resource of which the view makes no row.
    case row(ResourcePlace, ViewError)
    /// The view itself.
    case view(ViewError)
    /// A row that the file's format does not take.
    case table(ParquetError)
    /// Somebody asked to stop.
    case stopped
}

extension AnalyticsError {
    /// What a person is told; never what a resource says.
    package var refusal: Refusal {
        switch self {
        case .system(let error): error.refusal
        case .view(let error): error.refusal
        case .table(let error): error.refusal
        case .json(let place, let reason): Self.placed(reason, place)
        case .row(let place, let error): Self.placed(error.refusal, place)
        case .form(let file, let ending):
            Refusal(
                "view.form",
                "\(file) ends in .\(ending), which is not read. Unpack it first; .json, .ndjson "
                    + "and both with .bz2 are read.",
                "\(file) 以 .\(ending) 结尾，无法读取。请先解压；可读取 .json、.ndjson 及其 .bz2。")
        case .compressed(let file):
            Refusal(
                "view.bzip2",
                "\(file) is not whole bzip2 data, or too large when unpacked. Fetch it again, or "
                    + "split it.",
                "\(file) 不是完整的 bzip2 数据，或解压后过大。请重新获取或拆分。")
        case .lineTooLong(let place, let limit):
            Self.placed(
                Refusal(
                    "view.line-too-long",
                    "the line is longer than \(limit >> 20) MiB. One resource stands on one line.",
                    "该行超过 \(limit >> 20) MiB。每行应为一个资源。"), place)
        case .noResource(let place):
            Self.placed(
                Refusal(
                    "view.no-resource",
                    "this is no FHIR resource, as it has no resourceType. Correct or remove it.",
                    "此处不是 FHIR 资源（缺少 resourceType）。请更正或删去。"), place)
        case .stopped:
            Refusal(
                "view.stopped", "Stopped before the end; nothing was kept.", "已中止，未保留任何输出。")
        }
    }

    private static func placed(_ reason: Refusal, _ place: ResourcePlace) -> Refusal {
        Refusal(
            reason.code, "\(place.english): \(reason.english)",
            "\(place.chinese)：\(reason.chinese)")
    }
}
