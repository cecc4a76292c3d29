from dataclasses import dataclass
from typing import final

from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.subscriptions import (
    ChangePlan,
    GetUpcomingInvoice,
    PauseSubscription,
    PreviewChange,
    RenewsSubscriptions,
    ResumeSubscription,
    UnscheduleChange,
    UpdateSubscription,
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChangeActs:
    """Everything a merchant can do in one mode with a subscription between two of its renewals."""

    update: UpdateSubscription
    change_plan: ChangePlan
    preview: PreviewChange
    unschedule: UnscheduleChange
    pause: PauseSubscription
    resume: ResumeSubscription
    get_upcoming_invoice: GetUpcomingInvoice

    @classmethod
    def over(
        cls,
        contexts: RepositoryContexts,
        *,
        billing: RenewsSubscriptions,
        collection: Collection,
        guard: ChecksClock,
        gateways: GatewayRegistry,
        ids: IdFactory,
        clock: Clock,
    ) -> "SubscriptionChangeActs":
        return cls(
            update=UpdateSubscription(contexts, ids, clock),
            change_plan=ChangePlan(contexts, collection, gateways, guard, ids=ids, clock=clock),
            preview=PreviewChange(contexts, gateways, clock),
            unschedule=UnscheduleChange(contexts, ids, clock),
            pause=PauseSubscription(contexts, ids, clock),
            resume=ResumeSubscription(contexts, billing, ids=ids, clock=clock),
            get_upcoming_invoice=GetUpcomingInvoice(contexts, gateways),
        )
