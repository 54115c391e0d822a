import Agent
import Base
import Ledger
import Membership

extension FHIRService {
    /// A subscription as it stands today: still allowed by the operator, and in the name of
    /// somebody who may still ask for a token.
    ///
    /// Refusals below 500 say why it cannot go on.
    func hook(_ kept: KeptSubscription, _ hooks: Subscriptions) throws(FHIRError) -> Hook {
        let order = try HookOrder(kept.content, service: self, settings: hooks.settings)
        var caller = kept.owner
        if let id = caller.client {
            guard let client = hooks.client(id), client.account == caller.account else {
                throw .forbidden(
                    "The client that made the Subscription is not registered any more.",
                    "建立该订阅的客户端已不再注册。")
            }
            caller = Caller(
                account: caller.account, isStaff: caller.isStaff, purpose: caller.purpose,
                scopes: caller.scopes.limited(to: client.scopes), client: id)
        }
        try caller.requireScope(.search, order.type)
        try caller.requireScope(.read, order.type)
        guard let member = try ledger.member(caller.account), member.status == .active else {
            throw .forbidden(
                "The account of the Subscription is no active member of the zone.",
                "该订阅的账户不是本区的有效成员。")
        }
        return Hook(kept: kept, order: order, caller: caller)
    }
}
