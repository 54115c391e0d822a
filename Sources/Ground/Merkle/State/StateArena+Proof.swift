import Base
import Cryptography

extension StateArena {
    /// The value hash of a key below a link, without looking at the bits that all keys there share.
    func valueHash(for key: Hash256, below link: StateLink) -> Hash256? {
        var link = link
        if link.isEmpty { return nil }
        while !link.isLeaf {
            let links = links(link)
            link = key.bit(depth(link)) ? links.right : links.left
        }
        let leaf = leaf(link)
        return leaf.key == key ? leaf.valueHash : nil
    }

    /// The siblings on the way to a key, and what stands where the way ends.
    func proof(for key: Hash256, below root: StateEdge) -> StateProof {
        var (path, link): ([Hash256], StateLink) = ([], root.link)
        if link.isEmpty { return StateProof(proven: path, .absentEmpty) }
        while !link.isLeaf {
            let depth = depth(link)
            if depth > path.count {
                let other = someKey(link)
                let shared = key.commonPrefixLength(with: other)
                if shared < depth {
                    path.append(contentsOf: repeatElement(.zero, count: shared - path.count))
                    path.append(hash(link, at: shared + 1))
                    return StateProof(proven: path, .absentEmpty)
                }
                path.append(contentsOf: repeatElement(.zero, count: depth - path.count))
            }
            let (halves, links) = (hashes(link), links(link))
            let isRight = key.bit(depth)
            path.append(isRight ? halves.left : halves.right)
            link = isRight ? links.right : links.left
        }
        let leaf = leaf(link)
        return StateProof(
            proven: path,
            leaf.key == key
                ? .present : .absentOther(key: leaf.key, valueHash: leaf.valueHash))
    }
}
