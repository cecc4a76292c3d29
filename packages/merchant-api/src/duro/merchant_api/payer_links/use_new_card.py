from typing import Final, final

from duro.crypto import PayerLink
from duro.db import RepositoryContexts
from duro.kernel import Clock, DomainError, IdFactory, PaymentAttemptId, PaymentMethodId
from duro.merchant_api.billing.asked_charge import ShownMethod
from duro.merchant_api.given import Given, MaybeGiven
from duro.merchant_api.payer_links.charge_for_payer import ChargeForPayer
from duro.merchant_api.payer_links.not_offered import NotOfferedError
from duro.merchant_api.payer_links.part_receipt import PartReceipt
from duro.merchant_api.payer_links.payer_matter import PayerMatter
from duro.merchant_api.payer_links.payer_options import PayerOptions
from duro.merchant_api.payer_links.payer_standing import Changeable, Owing
from duro.merchant_api.payment_methods import AttachPaymentMethod, AttachPaymentMethodCommand
from duro.merchant_api.receipts import Receipt
from duro.merchant_api.subscriptions import UpdateSubscription, UpdateSubscriptionCommand
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks
from duro.payments import CardDetails

_OVERTAKEN: Final = frozenset({"payment_in_progress", "case_closed", "invoice_not_open", "already_tried"})


@final
class UseNewCard:
    """Saves the card that a payer types into the page of their link, and pays with it from now on.

    It becomes their subscription's, and where they owe money it is charged for that at once. Executed again under its
    receipt it finds the card and the charge it had made. Where the worker tries the new card first, that try is it.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        attach: AttachPaymentMethod,
        update: UpdateSubscription,
        charge: ChargeForPayer,
        options: PayerOptions,
        *,
        ids: IdFactory,
        clock: Clock,
    ) -> None:
        self._contexts = contexts
        self._attach = attach
        self._update = update
        self._charge = charge
        self._options = options
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, link: PayerLink, card: CardDetails, receipt: Receipt[object], *, return_url: str | None = None
    ) -> None:
        """Save, use and charge it; a decline of the charge is no error, nor is an answer that isn't known yet.

        Raise InvalidLinkError, CardRefusedError, GatewayUnavailableError, NotOfferedError, or ConflictError, which is
        `payment_method_barred` for a card that may never be charged, `card_budget_spent` for one that may not now, and
        `payment_method_changed` where another one was put in its place meanwhile.
        """
        async with self._contexts.open(link.tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            method_id, attempt_id = ids.new(PaymentMethodId), ids.new(PaymentAttemptId)
            matter = await PayerMatter.of(repos, link, self._clocks)
            standing = self._options.of(matter, link.purpose)
            if not isinstance(standing, Owing | Changeable) or not standing.takes_cards:
                raise NotOfferedError
            is_saved = await repos.payment_methods.get(method_id) is not None
        if not is_saved:
            command = AttachPaymentMethodCommand(customer_id=matter.customer.id, card=card)
            await self._attach.execute(link.tenant_id, command, PartReceipt(method_id))
        given: MaybeGiven[PaymentMethodId | None] = Given(method_id)
        use = UpdateSubscriptionCommand(subscription_id=matter.subscription.id, payment_method_id=given)
        await self._update.execute(link.tenant_id, use)
        shown, part = ShownMethod(method_id=method_id, is_new=True), PartReceipt(attempt_id)
        try:
            await self._charge.execute(link.tenant_id, matter, link.purpose, part, shown=shown, return_url=return_url)
        except DomainError as error:
            if error.code not in _OVERTAKEN:
                raise
        async with self._contexts.open(link.tenant_id) as repos:
            await receipt.sign(repos, method_id)
