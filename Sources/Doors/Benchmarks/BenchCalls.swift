import ContractKit
import Base
import Cryptography
import FHIRModel
import Keys
import Ledger
import Membership
import Records
import Storage

/// The calls of the workload: what a commitment to one record is on the chain.
enum BenchCalls {
    /// Rows of the state that one write adds: the record and its first version.
    static let rowsPerWrite = 2

    /// Admits the hospital and publishes its key for the directory domain.
    static func founding(zone: BenchZone, readingKey: [UInt8], domainKey: [UInt8]) throws
        -> [[UInt8]]
    {
        guard let code = SocialCreditCode(completing: "12330000MB0000001") else {
            throw Refusal("bench.code", "The sample code is not valid.", "示例代码无效。")
        }
        let admit = Call(
            MembershipContract.self, "admitInstitution",
            MembershipContract.AdmitInstitution(
                account: zone.hospitalAccount, name: "Bench Hospital", code: code.text,
                kind: .hospital, readingKey: readingKey))
        let publish = Call(
            KeysContract.self, "publish",
            KeysContract.Publish(domain: Domain.directory.rawValue, epoch: 1, key: domainKey))
        return [
            try zone.sign([admit], by: zone.authority),
            try zone.sign([publish], by: zone.hospital),
        ]
    }

    /// A write of random commitments: about 300 bytes with its signature.
    static func write(owner: AccountID, random: any RandomSource) -> RecordsContract.Write {
        RecordsContract.Write(
            owner: owner, record: random.hash256(), domain: .directory,
            content: RecordContent(
                commitment: random.hash256(), body: random.hash256(),
                envelope: random.hash256(), epoch: 1))
    }

    static func call(_ write: RecordsContract.Write) -> Call {
        Call(RecordsContract.self, "write", write)
    }

    /// Checks that the state holds every write, and digests what it holds in order.
    static func resultHash(
        _ writes: [RecordsContract.Write], in state: any StateReader
    ) throws -> Hash256 {
        var hash = IncrementalHash(.sha256)
        for write in writes {
            let version = try RecordQueries.version(1, of: write.record, in: state)
            guard let version, version.content == write.content else {
                throw Refusal(
                    "bench.missing", "A record that was final is not in the state.",
                    "已终结的记录不在状态中。")
            }
            hash.update(write.record.bytes)
            hash.update(version.content.commitment.bytes)
        }
        return hash.finish()
    }
}
