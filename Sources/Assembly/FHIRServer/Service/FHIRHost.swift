package import Agent
package import Base
package import Cryptography
package import FHIRDefinitions
package import FHIRSearch
import System

/// How an institution runs its FHIR server.
package struct FHIRSettings: Sendable {
    package let address: ServerAddress
    package var policy = DeletionPolicy.amendment
    package var validation: ResourceValidation
    /// Where exports are written, sealed.
    package let exportFolder: String
    package var clients = ClientRegistry([])
    /// How well the institution knows the patients whom it enrols.
    package var importing = ImportOptions()
    /// Where notifications may go; nil for nowhere.
    package var hooks: HookSettings?

    package init(address: ServerAddress, validation: ResourceValidation, exportFolder: String) {
        (self.address, self.validation) = (address, validation)
        self.exportFolder = exportFolder
        importing.enrolsHosted = true
        importing.callsPerTransaction = 64
    }
}

/// A FHIR service and its token desk, made from an institution's store, a port and an index.
package final class FHIRHost: Sendable {
    package let service: FHIRService
    package let tokens: TokenDesk
    private let pool: WorkerPool

    /// Opens the service and completes what was on its way when it stopped.
    ///
    /// - Parameters:
    ///   - suite: the zone's cipher.
    ///   - ownerPort: a port that acts in the name of an owner whose keys sign.
    package init(
        store: AgentStore, port: any DeskPort, chain: Hash256, suite: CipherSuite,
        table: DefinitionTable, index: any ResourceIndex, settings: FHIRSettings,
        ownerPort: @escaping @Sendable (Signer) -> any OwnerPort,
        clock: @escaping @Sendable () -> Timestamp = { SystemClock.now },
        random: any RandomSource = SystemRandom()
    ) throws(FHIRError) {
        pool = WorkerPool(threads: 1)
        let desk: WritingDesk
        do throws(ImportFailure) {
            desk = try WritingDesk(
                store: store, port: port, chain: chain, suite: suite,
                options: settings.importing, pool: pool, random: random)
        } catch { throw FHIRError(error) }
        let tokens = TokenDesk(
            registry: settings.clients, institution: desk.account, port: port,
            address: settings.address, clock: clock, random: random)
        self.tokens = tokens
        var parts = FHIRService.Parts(
            address: settings.address, table: table, index: index, port: port, desk: desk,
            ledger: LedgerDesk(
                store: store, port: port, chain: chain, suite: suite, ownerPort: ownerPort,
                random: random),
            policy: settings.policy, validation: settings.validation,
            exportFolder: settings.exportFolder, clock: clock, random: random)
        parts.hooks = settings.hooks
        parts.client = { tokens.client($0) }
        service = try FHIRService(parts)
        _ = try service.complete(through: RecordReader(store: store, port: port))
        do { try service.exports.start(for: service) } catch {
            throw FHIRError(
                500, "exception", "export-folder",
                "The folder of exports cannot be used. Check its path and rights.",
                "导出目录无法使用。请检查路径和权限。")
        }
        try service.subscriptions?.start(for: service)
    }

    /// Ends the work in the background.
    package func close() {
        service.exports.stop()
        service.subscriptions?.stop()
        pool.close()
    }
}
