import Encoding
import FHIRPath

extension JSONValue {
    func child(_ step: PathPlace.Step) -> JSONValue? {
        let value = self[step.key]
        return step.index.map { value?[$0] } ?? value
    }

    /// The value with a change at a place; objects and lists that become empty go too, as FHIR has
    /// none.
    func changed(
        _ way: ArraySlice<PathPlace.Step>, _ change: (inout JSONValue) -> Void
    ) -> JSONValue {
        var value = self
        guard let step = way.first else {
            change(&value)
            return value
        }
        let inner = (child(step) ?? .null).changed(way.dropFirst(), change)
        guard !inner.isEmptyObject else {
            value.remove(step)
            return value
        }
        guard let index = step.index else {
            value[step.key] = inner
            return value
        }
        var elements = value[step.key]?.elements ?? []
        elements[index] = inner
        value[step.key] = .array(elements)
        return value
    }

    private var isEmptyObject: Bool {
        guard case .object(let members) = self else { return false }
        return members.isEmpty
    }

    /// Removes an element with what stands beside it.
    mutating func remove(_ step: PathPlace.Step) {
        for key in [step.key, "_" + step.key] {
            guard let index = step.index else {
                self[key] = nil
                continue
            }
            changeList(key, of: index + 1, isWanted: false) { $0.remove(at: index) }
        }
    }

    /// Puts another value in the place of an element; of a choice it may have another type.
    mutating func replace(_ step: PathPlace.Step, by content: PatchValue.Content) {
        if let index = step.index {
            changeList(step.key, of: index + 1, isWanted: !content.value.isNull) {
                $0[index] = content.value
            }
            return changeList("_" + step.key, of: index + 1, isWanted: content.shadow != nil) {
                $0[index] = content.shadow ?? .null
            }
        }
        self["_" + step.key] = nil
        self = .object(
            members.compactMap { member in
                guard member.key == step.key else { return member }
                return content.value.isNull ? nil : JSONMember(content.key, content.value)
            })
        append(content)
    }
}
