from dataclasses import dataclass
from typing import final

from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory
from duro.merchant_api.billing import GatewayRegistry, PendingService
from duro.merchant_api.payer_links import AskByRail, ChargeForPayer, PayByLink, PayerOptions, ReadPayerPage, UseNewCard
from duro.merchant_api.pushed import RequestService
from duro.merchant_api.transactions import LookUpTransaction
from duro.public_api.merchant import Merchant


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayerActs:
    """What holders of links can see and do in one mode, by the same acts as their merchants."""

    contexts: RepositoryContexts
    read: ReadPayerPage
    pay: PayByLink
    use_card: UseNewCard
    ask: AskByRail

    @classmethod
    def over(
        cls,
        contexts: RepositoryContexts,
        merchant: Merchant,
        *,
        gateways: GatewayRegistry,
        pending: PendingService,
        requests: RequestService,
        lease: TimeDelta,
        ids: IdFactory,
        clock: Clock,
    ) -> "PayerActs":
        options = PayerOptions(gateways)
        charge = ChargeForPayer(merchant.recovery.retry_now, merchant.pay_invoice)
        attach, update = merchant.payment_methods.attach_card, merchant.subscription_changes.update
        look_up = LookUpTransaction(contexts, pending, clock=clock)
        return cls(
            contexts=contexts,
            read=ReadPayerPage(contexts, look_up, options, clock=clock),
            pay=PayByLink(contexts, charge, options, clock=clock),
            use_card=UseNewCard(contexts, attach, update, charge, options, ids=ids, clock=clock),
            ask=AskByRail(contexts, gateways, requests, options, ids=ids, clock=clock, lease=lease),
        )
