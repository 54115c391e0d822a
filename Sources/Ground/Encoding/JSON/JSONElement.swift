/// One value of a ``JSONDocument``: a view that keeps the document alive.
package struct JSONElement: Sendable {
    private let storage: JSONStorage
    private let index: Int

    init(_ storage: JSONStorage, _ index: Int) {
        self.storage = storage
        self.index = index
    }

    package var kind: JSONKind { storage.nodes[index].kind }

    /// Exactly the value's bytes in the document, a string's quotes included.
    package var byteRange: Range<Int> { storage.nodes[index].range }

    /// A copy of exactly the value's bytes.
    package var rawBytes: [UInt8] { Array(storage.bytes[byteRange]) }

    /// Elements of an array or members of an object; zero for other kinds.
    package var count: Int { storage.nodes[index].count }

    // MARK: Scalars

    /// A string's text with its escapes decoded; nil for other kinds.
    package var stringValue: String? { kind == .string ? storage.text(index) : nil }

    /// A number exactly as it was written, such as `5.10`; nil for other kinds.
    package var numberText: String? {
        guard kind == .number else { return nil }
        return String(decoding: storage.bytes[byteRange], as: UTF8.self)
    }

    /// A number written as an integer that fits; nil for `1.0`, `1e2` and other kinds.
    package var integerValue: Int? { numberText.flatMap { Int($0) } }

    /// True or false; nil for other kinds.
    package var boolValue: Bool? {
        kind == .boolean ? storage.bytes[byteRange.lowerBound] == 0x74 : nil
    }

    package var isNull: Bool { kind == .null }

    /// Whether this is a string of exactly this text, compared byte for byte without a copy.
    package func isString(_ text: String) -> Bool {
        var text = text
        return kind == .string && text.withUTF8 { storage.equals(index, $0) }
    }

    // MARK: Containers

    /// The value of an object's member; nil when there is none, and for other kinds.
    package subscript(_ key: String) -> JSONElement? {
        guard kind == .object else { return nil }
        var key = key
        let found = key.withUTF8 { utf8 -> Int? in
            let fingerprint = keyFingerprint(utf8)
            let end = storage.after(index)
            var position = index + 1
            while position < end {
                if storage.nodes[position].link == fingerprint, storage.equals(position, utf8) {
                    return position + 1
                }
                position = storage.after(position + 1)
            }
            return nil
        }
        return found.map { JSONElement(storage, $0) }
    }

    /// An array's element, found in linear time; nil when there is none, and for other kinds.
    package subscript(_ position: Int) -> JSONElement? {
        guard position >= 0 else { return nil }
        var remaining = position
        for element in elements {
            if remaining == 0 { return element }
            remaining -= 1
        }
        return nil
    }

    /// An array's elements in order; nothing for other kinds.
    package var elements: Elements {
        kind == .array
            ? Elements(storage, index + 1, storage.after(index)) : Elements(storage, 0, 0)
    }

    /// An object's members in the order of the text; nothing for other kinds.
    package var members: Members {
        kind == .object
            ? Members(storage, index + 1, storage.after(index)) : Members(storage, 0, 0)
    }

    /// The elements of an array, each a view.
    package struct Elements: Sequence, IteratorProtocol, Sendable {
        private let storage: JSONStorage
        private var position: Int
        private let end: Int

        init(_ storage: JSONStorage, _ position: Int, _ end: Int) {
            (self.storage, self.position, self.end) = (storage, position, end)
        }

        package mutating func next() -> JSONElement? {
            guard position < end else { return nil }
            defer { position = storage.after(position) }
            return JSONElement(storage, position)
        }
    }

    /// The members of an object, each a pair of views.
    package struct Members: Sequence, IteratorProtocol, Sendable {
        private let storage: JSONStorage
        private var position: Int
        private let end: Int

        init(_ storage: JSONStorage, _ position: Int, _ end: Int) {
            (self.storage, self.position, self.end) = (storage, position, end)
        }

        package mutating func next() -> Member? {
            guard position < end else { return nil }
            defer { position = storage.after(position + 1) }
            return Member(
                name: JSONElement(storage, position), value: JSONElement(storage, position + 1))
        }
    }

    /// One member of an object.
    package struct Member: Sendable {
        /// The name as a string element, which tells its place in the text.
        package let name: JSONElement
        package let value: JSONElement

        /// The name with its escapes decoded.
        package var key: String { name.stringValue ?? "" }
    }

    // MARK: Trees

    /// The value as a tree of its own, without the document.
    package var value: JSONValue {
        switch kind {
        case .null: .null
        case .boolean: .bool(boolValue ?? false)
        case .number: .number(numberText ?? "0")
        case .string: .string(storage.text(index))
        case .array: .array(elements.map(\.value))
        case .object: .object(members.map { JSONMember($0.key, $0.value.value) })
        }
    }
}
