import Base
import Cryptography
import Encoding
import Merkle

/// Proofs of transparency-dev/merkle: one JSON object a file, with `wantErr`.
///
/// Source: https://github.com/transparency-dev/merkle, `testdata`; hashes are standard base64.
enum MerkleSuite {
    static func run(
        _ files: [SuiteFile], _ tally: inout Tally, _ progress: (String) -> Void
    ) {
        for (index, file) in files.enumerated() {
            if index % 100 == 0 { progress("\(index + 1) of \(files.count) files") }
            guard file.name.lowercased().hasSuffix(".json") else {
                tally.skip(file.name, "unknown shape: proofs are in .json files")
                continue
            }
            guard let bytes = file.read(&tally) else { continue }
            do throws(ShapeError) {
                tally.add(file.name, nil, try check(bytes))
            } catch {
                tally.fail(file.name, error.reason)
            }
        }
    }

    private static func check(_ bytes: [UInt8]) throws(ShapeError) -> Verdict {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes, limits: .request)
        } catch {
            throw ShapeError("not JSON. \(error.refusal(in: bytes).english)")
        }
        let proof = try PublishedProof(document.root)
        guard let wantsError = document.root["wantErr"]?.boolValue else {
            throw ShapeError("member wantErr is no truth value")
        }
        guard let holds = proof.holds else {
            // Our proofs hold hashes of 32 bytes and nothing else, so this one is refused.
            return wantsError
                ? .passed : .skipped("a hash in the proof or the claim is not of 32 bytes")
        }
        switch (holds, wantsError) {
        case (true, false), (false, true): return .passed
        case (true, true): return .failed("wrong, but accepted")
        case (false, false): return .failed("right, but refused")
        }
    }
}

/// A published proof with its claim, put to our verifier.
private struct PublishedProof {
    /// Whether it holds; nil when a hash has another length than SHA-256's.
    let holds: Bool?

    init(_ object: JSONElement) throws(ShapeError) {
        let members = Set(object.members.map(\.key))
        if members.isSuperset(of: ["leafIdx", "treeSize", "root", "leafHash", "proof"]) {
            let index = try Self.number(object, "leafIdx")
            let size = try Self.number(object, "treeSize")
            let root = try Self.hash(object, "root")
            let leaf = try Self.hash(object, "leafHash")
            let path = try Self.path(object)
            guard let root, let leaf, let path else {
                holds = nil
                return
            }
            holds = InclusionProof(path: path).verify(
                leaf: leaf, index: index, size: size, root: root, .sha256)
        } else if members.isSuperset(of: ["size1", "size2", "root1", "root2", "proof"]) {
            let sizes = (try Self.number(object, "size1"), try Self.number(object, "size2"))
            let old = try Self.hash(object, "root1")
            let new = try Self.hash(object, "root2")
            let path = try Self.path(object)
            guard let old, let new, let path else {
                holds = nil
                return
            }
            holds = ConsistencyProof(path: path).verify(
                from: old, sizes.0, to: new, sizes.1, .sha256)
        } else {
            throw ShapeError("neither an inclusion nor a consistency proof")
        }
    }

    private static func number(_ object: JSONElement, _ name: String) throws(ShapeError) -> UInt64 {
        guard let number = object[name]?.numberText.flatMap({ UInt64($0) }) else {
            throw ShapeError("member \(name) is no unsigned integer of 64 bits")
        }
        return number
    }

    private static func hash(
        _ object: JSONElement, _ name: String
    ) throws(ShapeError) -> Hash256? {
        guard let element = object[name] else { throw ShapeError("member \(name) is missing") }
        return Hash256(try bytes(element, name))
    }

    private static func path(_ object: JSONElement) throws(ShapeError) -> [Hash256]? {
        guard let element = object["proof"] else { throw ShapeError("member proof is missing") }
        guard !element.isNull else { return [] }
        guard element.kind == .array else { throw ShapeError("member proof is no array") }
        var path: [Hash256] = []
        var isWhole = true
        for entry in element.elements {
            if let hash = Hash256(try bytes(entry, "proof")) {
                path.append(hash)
            } else {
                isWhole = false
            }
        }
        return isWhole ? path : nil
    }

    /// Null stands for no bytes: the suite is written by Go.
    private static func bytes(_ element: JSONElement, _ name: String) throws(ShapeError) -> [UInt8]
    {
        if element.isNull { return [] }
        guard let text = element.stringValue, let bytes = Base64.decode(text) else {
            throw ShapeError("member \(name) is not base64")
        }
        return bytes
    }
}

/// Base64 with the standard alphabet and padding (RFC 4648 §4), read strictly.
enum Base64 {
    /// The bytes; nil for anything that no encoder writes.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 == 0, !text.utf8.contains(where: { $0 == 0x2D || $0 == 0x5F })
        else { return nil }
        let padding = text.utf8.reversed().prefix { $0 == 0x3D }.count
        guard padding <= 2 else { return nil }
        let characters = text.utf8.dropLast(padding).map { character -> UInt8 in
            switch character {
            case 0x2B: 0x2D
            case 0x2F: 0x5F
            default: character
            }
        }
        return Base64URL.decode(String(decoding: characters, as: UTF8.self))
    }
}
