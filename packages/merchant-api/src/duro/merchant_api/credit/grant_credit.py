from dataclasses import dataclass
from typing import Final, final

from duro.billing import EventType, Subscription
from duro.db.contexts import RepositoryContexts
from duro.db.credit_rows import CreditGrant
from duro.db.ledger import Postings
from duro.db.pages import PageRequest
from duro.kernel import (
    Clock,
    ConflictError,
    CreditGrantId,
    Currency,
    Fault,
    IdFactory,
    InvalidInputError,
    Money,
    NotFoundError,
    SubscriptionId,
    TenantId,
)
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.credit.read_credit import CreditStatement
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()
_BEYOND_EVERY_AMOUNT: Final = 10**12


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantCreditCommand:
    """Whose balance changes, by how much in minor units, and why; a negative amount takes credit back."""

    subscription_id: SubscriptionId
    amount: int
    reason: str
    currency: Currency | None = None


@final
class GrantCredit:
    """Gives credit that the next invoices of a subscription use up, or takes some back."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, tenant_id: TenantId, command: GrantCreditCommand, receipt: Receipt[CreditStatement] = _UNSIGNED
    ) -> CreditStatement:
        """Raise NotFoundError, InvalidInputError, or ConflictError.

        The conflicts are `currency_mismatch`, `insufficient_credit` and `subscription_ended`.
        """
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            subscription = await repos.subscriptions.lock(command.subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", command.subscription_id)
            clock = await self._clocks.of(repos, subscription.test_clock_id)
            amount = self._amount(subscription, command)
            change = subscription.credited(amount).told(EventType.SUBSCRIPTION_UPDATED)
            grant = CreditGrant(
                id=ids.new(CreditGrantId),
                subscription_id=subscription.id,
                invoice_id=None,
                amount=amount,
                reason=command.reason,
                created_at=clock.now(),
            )
            await repos.credit.insert(grant)
            await repos.ledger.post(Postings(ids=self._ids, clock=clock).credit_granted(grant))
            await repos.subscriptions.update(change.subscription)
            await repos.events.append(change.subscription, change.events, EventRecords.data(change.subscription))
            statement = CreditStatement(change.subscription, await repos.credit.entries(subscription.id, PageRequest()))
            await receipt.sign(repos, statement)
        return statement

    @staticmethod
    def _amount(subscription: Subscription, command: GrantCreditCommand) -> Money:
        currency = subscription.balance.currency
        if command.currency not in {None, currency}:
            code = "currency_mismatch"
            raise ConflictError(code, f"The subscription {subscription.id} is billed in {currency}.")
        if subscription.is_terminal and command.amount >= 0:
            raise ConflictError("subscription_ended", "No invoice of a subscription that has ended will use credit.")
        amount = Money(command.amount, currency)
        if amount.is_zero:
            raise InvalidInputError([Fault("amount", "must not be zero")])
        if (subscription.balance + amount).amount >= _BEYOND_EVERY_AMOUNT:
            raise InvalidInputError([Fault("amount", "makes the balance more than any amount may be")])
        return amount
