/// One operation of a patch at work.
struct JSONPatchStep {
    /// Its place in the patch, for errors.
    let index: Int

    func apply(
        _ operation: JSONPatch.Operation, to document: JSONValue, _ room: inout Int
    ) throws(JSONPatchError) -> JSONValue {
        switch operation {
        case .add(let place, let value): return try add(value, at: place, to: document)
        case .remove(let place): return try remove(place, from: document)
        case .replace(let place, let value): return try replace(place, with: value, in: document)
        case .move(let source, let target):
            guard !target.isInside(source) else { throw .intoItself(operation: index) }
            let value = try self.value(at: source, in: document)
            guard source != target else { return document }
            let rest = source.steps.isEmpty ? document : try remove(source, from: document)
            return try add(value, at: target, to: rest)
        case .copy(let source, let target):
            let value = try self.value(at: source, in: document)
            guard value.takes(from: &room) else { throw .tooLarge(operation: index) }
            return try add(value, at: target, to: document)
        case .test(let place, let value):
            guard try self.value(at: place, in: document).means(value) else {
                throw .testFailed(operation: index, path: place.text)
            }
            return document
        }
    }

    // MARK: Places

    private func value(
        at place: JSONPointer, in document: JSONValue
    ) throws(JSONPatchError) -> JSONValue {
        var value = document
        for step in place.steps { value = try child(of: value, step, place) }
        return value
    }

    private func child(
        of value: JSONValue, _ step: String, _ place: JSONPointer
    ) throws(JSONPatchError) -> JSONValue {
        let child: JSONValue? =
            switch value {
            case .object: value[step]
            case .array(let elements):
                step.arrayIndex.flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: nil
            }
        guard let child else { throw .missing(operation: index, path: place.text) }
        return child
    }

    /// Changes the container of a place, and all around it.
    private func change(
        _ value: JSONValue, _ steps: ArraySlice<String>, _ place: JSONPointer,
        _ body: (inout JSONValue, String) throws(JSONPatchError) -> Void
    ) throws(JSONPatchError) -> JSONValue {
        var value = value
        guard let step = steps.first else { return value }
        guard steps.count > 1 else {
            try body(&value, step)
            return value
        }
        let inner = try change(
            try child(of: value, step, place), steps.dropFirst(), place, body)
        value.set(step, to: inner)
        return value
    }

    // MARK: Changes

    private func add(
        _ value: JSONValue, at place: JSONPointer, to document: JSONValue
    ) throws(JSONPatchError) -> JSONValue {
        guard !place.steps.isEmpty else { return value }
        return try change(document, place.steps[...], place) {
            (container, step) throws(JSONPatchError) in
            switch container {
            case .object: container[step] = value
            case .array(var elements):
                let number = step == "-" ? elements.count : step.arrayIndex
                guard let number, number <= elements.count else {
                    throw .missing(operation: index, path: place.text)
                }
                elements.insert(value, at: number)
                container = .array(elements)
            default: throw .missing(operation: index, path: place.text)
            }
        }
    }

    private func remove(
        _ place: JSONPointer, from document: JSONValue
    ) throws(JSONPatchError) -> JSONValue {
        guard !place.steps.isEmpty else { throw .wholeDocument(operation: index) }
        return try change(document, place.steps[...], place) {
            (container, step) throws(JSONPatchError) in
            _ = try child(of: container, step, place)
            container.set(step, to: nil)
        }
    }

    private func replace(
        _ place: JSONPointer, with value: JSONValue, in document: JSONValue
    ) throws(JSONPatchError) -> JSONValue {
        guard !place.steps.isEmpty else { return value }
        return try change(document, place.steps[...], place) {
            (container, step) throws(JSONPatchError) in
            _ = try child(of: container, step, place)
            container.set(step, to: value)
        }
    }
}

extension JSONValue {
    /// Puts a value in the place of an element or member that is there, or takes it out.
    fileprivate mutating func set(_ step: String, to value: JSONValue?) {
        guard case .array(var elements) = self, let number = step.arrayIndex else {
            self[step] = value
            return
        }
        if let value { elements[number] = value } else { elements.remove(at: number) }
        self = .array(elements)
    }

    /// Takes the number of values in this one from a budget; false when it does not suffice.
    fileprivate func takes(from room: inout Int) -> Bool {
        room -= 1
        guard room >= 0 else { return false }
        switch self {
        case .array(let elements): return elements.allSatisfy { $0.takes(from: &room) }
        case .object(let members): return members.allSatisfy { $0.value.takes(from: &room) }
        case .null, .bool, .number, .string: return true
        }
    }
}
