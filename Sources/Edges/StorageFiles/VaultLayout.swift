import Base
import Storage

/// Where a file vault keeps what: 256 folders by the first byte, and two for work under way.
struct VaultLayout: Sendable {
    let root: String

    /// Blobs being written; removed at opening.
    var incoming: String { "\(root)/incoming" }

    /// Blobs being erased; finished at opening.
    var erasing: String { "\(root)/erasing" }

    /// Every folder, ascending by first byte.
    var folders: [String] { [incoming, erasing] + (0...255).map { folder(UInt8($0)) } }

    func folder(_ first: UInt8) -> String { "\(root)/\(Hex.encode([first]))" }

    func folder(_ address: BlobAddress) -> String {
        folder(UInt8(truncatingIfNeeded: address.digest.words.0 >> 56))
    }

    func path(_ address: BlobAddress) -> String {
        "\(folder(address))/\(address.description.dropFirst(2))"
    }

    /// The address of a file; nil for a name that the vault did not give.
    static func address(first: UInt8, name: String) -> BlobAddress? {
        guard name.utf8.count == 62, let rest = Hex.decode(name), Hex.encode(rest) == name else {
            return nil
        }
        return Hash256([first] + rest).map(BlobAddress.init)
    }
}
