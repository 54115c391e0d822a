import Base
import Cryptography
import Ledger
import System

/// What an institution writes with: made once from its store.
struct InstitutionParts {
    let identity: Identity
    let account: AccountID
    let registrySecret: SecretBytes
    let builder: TransactionBuilder
    let owners: OwnerDirectory
    let enroller: ResidentEnroller
    let writer: RecordWriter

    init(
        store: AgentStore, port: any LedgerPort, chain: Hash256, suite: CipherSuite,
        options: ImportOptions, pool: WorkerPool, random: any RandomSource
    ) throws(ImportFailure) {
        let identity = store.identity
        guard let owner = identity.owner, let signer = identity.signer,
            let reading = identity.reading, let secret = identity.registrySecret
        else { throw .notInstitution }
        (self.identity, account, registrySecret) = (identity, owner.account, secret)
        builder = TransactionBuilder(chain: chain, random: random)
        owners = OwnerDirectory(institution: owner, store: store, port: port, builder: builder)
        enroller = ResidentEnroller(
            institution: identity, account: owner.account, signer: signer, store: store,
            port: port, builder: builder, owners: owners, options: options, random: random)
        writer = RecordWriter(
            signer: signer,
            sealers: .init(
                ofOthers: RecordSealer(suite: suite, writerKey: reading, random: random),
                own: RecordSealer(suite: suite, writerKey: nil, random: random)),
            port: port, builder: builder, owners: owners, pool: pool, options: options)
    }
}
