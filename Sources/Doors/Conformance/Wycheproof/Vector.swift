import Base
import Encoding

/// What a vector says must happen.
enum Expectation: String {
    case valid
    case invalid
    /// Right, or refused.
    case acceptable

    /// The verdict on an operation that may be refused.
    func verdict(isRefused: Bool, isRight: Bool) -> Verdict {
        switch self {
        case .valid where isRefused: .failed("valid, but refused")
        case .valid, .acceptable:
            isRefused || isRight ? .passed : .failed("\(rawValue), but the result is another")
        case .invalid: isRefused ? .passed : .failed("invalid, but accepted")
        }
    }
}

/// An object of a vector file, read member by member.
struct Vector {
    let object: JSONElement

    init(_ object: JSONElement, _ what: String) throws(ShapeError) {
        guard object.kind == .object else { throw ShapeError("\(what) is no object") }
        self.object = object
    }

    func text(_ name: String) throws(ShapeError) -> String {
        guard let text = object[name]?.stringValue else {
            throw ShapeError("member \(name) is no text")
        }
        return text
    }

    func bytes(_ name: String) throws(ShapeError) -> [UInt8] {
        guard let bytes = Hex.decode(try text(name)) else {
            throw ShapeError("member \(name) is not hexadecimal")
        }
        return bytes
    }

    func integer(_ name: String) throws(ShapeError) -> Int {
        guard let value = object[name]?.integerValue else {
            throw ShapeError("member \(name) is no integer")
        }
        return value
    }

    func member(_ name: String) throws(ShapeError) -> Vector {
        guard let value = object[name] else { throw ShapeError("member \(name) is missing") }
        return try Vector(value, name)
    }

    func list(_ name: String) throws(ShapeError) -> [JSONElement] {
        guard let value = object[name], value.kind == .array else {
            throw ShapeError("member \(name) is no array")
        }
        return Array(value.elements)
    }

    func expectation() throws(ShapeError) -> Expectation {
        let word = try text("result")
        guard let result = Expectation(rawValue: word) else {
            throw ShapeError("result is neither valid, invalid nor acceptable")
        }
        return result
    }
}
