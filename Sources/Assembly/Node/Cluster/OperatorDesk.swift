package import Base
import Encoding
package import Finality
package import System

/// Through which the operator of a running node lets its validator vote again: two files in the
/// node's folder, which nobody else can write.
///
/// `release.wish` holds a nonce and whether to force; the node takes it away and leaves
/// `release.answer` with the nonce and how the validator stands then.
package struct OperatorDesk: Sendable {
    /// What the operator wants.
    package struct Wish: Hashable, Sendable {
        package let nonce: String
        /// Even if votes may have been forgotten.
        package let force: Bool
    }

    /// What became of it.
    package struct Answer: Hashable, Sendable {
        /// A name as ``VotingStanding/word``.
        package let standing: String
        /// The height up to which nothing is signed; nil when it is not known or does not matter.
        package let watermark: UInt64?
    }

    private static let byteCount = 4096

    private let folder: String

    package init(folder: String) { self.folder = folder }

    private var wishFile: String { folder + "/release.wish" }
    private var answerFile: String { folder + "/release.answer" }

    // MARK: The operator's side

    /// Leaves a wish for the node.
    package func ask(force: Bool, random: any RandomSource) throws(SystemError) -> Wish {
        let wish = Wish(nonce: Hex.encode(random.bytes(16)), force: force)
        let text: JSONValue = ["nonce": .string(wish.nonce), "force": .bool(force)]
        try FileSystem.removeFile(answerFile)
        try FileSystem.writeAtomically(wishFile, text.serialized())
        return wish
    }

    /// The node's answer, or nil while there is none.
    package func answer(to wish: Wish) -> Answer? {
        guard let value = read(answerFile), value["nonce"]?.stringValue == wish.nonce,
            let standing = value["standing"]?.stringValue
        else { return nil }
        return Answer(
            standing: standing, watermark: value["watermark"]?.numberText.flatMap { UInt64($0) })
    }

    /// Takes the wish back.
    package func withdraw() { try? FileSystem.removeFile(wishFile) }

    // MARK: The node's side

    /// The wish that waits, taken away; what is no wish is taken away too.
    func wish() -> Wish? {
        guard FileSystem.exists(wishFile) else { return nil }
        let value = read(wishFile)
        withdraw()
        guard let nonce = value?["nonce"]?.stringValue, let force = value?["force"]?.boolValue
        else { return nil }
        return Wish(nonce: nonce, force: force)
    }

    /// Leaves the answer; an operator who does not get it asks again.
    func answer(_ wish: Wish, _ standing: VotingStanding) {
        var text: JSONValue = ["nonce": .string(wish.nonce), "standing": .string(standing.word)]
        if case .quarantined(let watermark?) = standing {
            text["watermark"] = .integer(watermark)
        }
        try? FileSystem.writeAtomically(answerFile, text.serialized())
    }

    private func read(_ path: String) -> JSONValue? {
        (try? FileSystem.read(path, limit: Self.byteCount)).flatMap {
            try? JSONValue(parsing: $0, limits: .request)
        }
    }
}

extension VotingStanding {
    /// The stable word for answers and metrics.
    package var word: String {
        switch self {
        case .follower: "follower"
        case .observing: "observing"
        case .voting: "voting"
        case .quarantined: "quarantined"
        case .diverged: "diverged"
        }
    }
}
