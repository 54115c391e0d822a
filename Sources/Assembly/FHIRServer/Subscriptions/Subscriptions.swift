import Agent
import Base
import Encoding
import FHIRSearch
import Ledger
import Synchronization
import System

/// What clients are told of without asking: R4 Subscriptions over `rest-hook`.
///
/// Subscriptions and how far each is are kept in the index; threads of their own deliver, so that
/// no request waits for an endpoint. What may be told is decided by the node when it is told.
package final class Subscriptions: Sendable {
    /// The resource type.
    static let type = "Subscription"

    let settings: HookSettings
    let store: SubscriptionStore
    let sender: HookSender
    let schedule = HookSchedule()
    /// The account whose clients administer this server.
    let institution: AccountID
    /// The client of an id, as the operator wrote it down.
    let client: @Sendable (_ id: String) -> RegisteredClient?
    private let threads = Mutex<[Thread]>([])

    init(_ settings: HookSettings, _ parts: FHIRService.Parts) {
        self.settings = settings
        store = SubscriptionStore(index: parts.index)
        sender = HookSender(settings)
        (institution, client) = (parts.desk.account, parts.client)
    }

    /// Takes up all active subscriptions where they were, on threads that work until ``stop()``.
    func start(for service: FHIRService) throws(FHIRError) {
        for kept in try store.all() where kept.status == .active { want(kept) }
        let pump = HookPump(service: service, hooks: self)
        do throws(SystemError) {
            for _ in 0..<settings.threads {
                let thread = try Thread("hooks") { [self] in
                    while let id = schedule.wait(service.clock) {
                        schedule.finish(id, pump.work(on: id), now: service.clock())
                    }
                }
                threads.withLock { $0.append(thread) }
            }
        } catch {
            throw FHIRError(
                500, "exception", "hook-threads",
                "The threads that deliver notifications cannot be started.", "无法启动发送通知的线程。")
        }
    }

    /// Ends the work: exchanges are broken off, and repeated after the next start.
    package func stop() {
        schedule.close()
        sender.cancel()
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
    }

    /// Does what is due on this thread, until nothing is due.
    package func settle(for service: FHIRService) {
        let pump = HookPump(service: service, hooks: self)
        while let id = schedule.take(service.clock) {
            schedule.finish(id, pump.work(on: id), now: service.clock())
        }
    }

    /// Something was written: looks whether somebody is to be told.
    func look() { schedule.look() }

    /// Has an active subscription worked on.
    func want(_ kept: KeptSubscription) {
        let endpoint = kept.content["channel"]?["endpoint"]?.stringValue ?? ""
        schedule.want(kept.id, origin: HookEndpoint(endpoint)?.origin ?? "")
    }
}
