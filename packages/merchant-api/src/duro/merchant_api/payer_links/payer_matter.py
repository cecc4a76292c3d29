from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.billing import Subscription
from duro.crypto import InvalidLinkError, PayerLink
from duro.db import PageRequest, Repositories
from duro.db.push_rows import PaymentRequest
from duro.db.records import (
    Customer,
    DunningSchedule,
    Initiator,
    Invoice,
    PaymentAttempt,
    PaymentMethod,
    Plan,
    Tenant,
)
from duro.db.recovery_settings import RecoverySettings
from duro.kernel import InvoiceId, SubscriptionId
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_MOST_CASES: Final = 100


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayerMatter:
    """What a payer's link is about, as the rows have it at one instant of their clock.

    The invoice is the one that the link names, or else the first that waits for money of the subscription it names.
    """

    tenant: Tenant
    subscription: Subscription
    plan: Plan
    customer: Customer
    invoice: Invoice | None
    case: DunningSchedule | None
    method: PaymentMethod | None
    attempts: tuple[PaymentAttempt, ...]
    unexplained: tuple[PaymentAttempt, ...]
    requests: tuple[PaymentRequest, ...]
    wishes: RecoverySettings
    now: Instant

    @classmethod
    async def of(cls, repos: Repositories, link: PayerLink, clocks: CustomerClocks) -> "PayerMatter":
        """Raise InvalidLinkError if there is no such thing or the link has ended, or ConflictError from the clock."""
        invoice = await repos.invoices.get(link.subject) if isinstance(link.subject, InvoiceId) else None
        subscription = await cls._subscription(repos, link, invoice)
        plan = await repos.plans.get(subscription.terms.plan_id)
        customer = await repos.customers.get(subscription.customer_id)
        if plan is None or customer is None:
            raise InvalidLinkError
        now = (await clocks.of(repos, subscription.test_clock_id)).now()
        link.require_good(at=now)
        case = await cls._case(repos, subscription.id, invoice)
        if invoice is None and case is not None:
            invoice = await repos.invoices.get(case.invoice_id)
        own = case.payment_method_id if case is not None and case.is_open else None
        method_id = own or subscription.payment_method_id
        return cls(
            tenant=await repos.tenants.get(),
            subscription=subscription,
            plan=plan,
            customer=customer,
            invoice=invoice,
            case=case,
            method=None if method_id is None else await repos.payment_methods.get(method_id),
            attempts=() if invoice is None else await repos.attempts.of_invoice(invoice.id),
            unexplained=await repos.attempts.unexplained_of_subscription(subscription.id),
            requests=() if invoice is None else await repos.payment_requests.of_invoices([invoice.id]),
            wishes=await repos.recovery_settings.get(),
            now=now,
        )

    @property
    def payers_tries(self) -> tuple[Instant, ...]:
        """When the payer had this invoice charged by themselves."""
        return tuple(one.created_at for one in self.attempts if one.initiator is Initiator.PAYER)

    @staticmethod
    async def _subscription(repos: Repositories, link: PayerLink, invoice: Invoice | None) -> Subscription:
        match link.subject:
            case SubscriptionId() as subscription_id:
                found = await repos.subscriptions.get(subscription_id)
            case _:
                found = None if invoice is None else await repos.subscriptions.get(invoice.subscription_id)
        if found is None:
            raise InvalidLinkError
        return found

    @staticmethod
    async def _case(
        repos: Repositories, subscription_id: SubscriptionId, invoice: Invoice | None
    ) -> DunningSchedule | None:
        """Find the case of the invoice; without one the subscription's first that is open."""
        if invoice is not None:
            return await repos.dunning.of_invoice(invoice.id)
        page = await repos.dunning.list(PageRequest(_MOST_CASES), subscription_id=subscription_id)
        return next((case for case in reversed(page.items) if case.is_open), None)
