from collections.abc import Sequence
from dataclasses import replace
from typing import Final, assert_never, final

from whenever import Instant, TimeDelta

from duro.billing import Bill, EndAtPeriod, FailureCategory, NotRenewable, ReachLimit, RenewalPlan, RenewalPlanner
from duro.billing.recovery import BudgetRule, PublishedBudget
from duro.db import Repositories, RepositoryContexts
from duro.db.records import AttemptStatus, Invoice, PaymentAttempt, PaymentMethod
from duro.db.renewal_rows import RenewalClaim, RenewalSettlement, RenewalSubject
from duro.kernel import Clock, IdFactory, SubscriptionId, TenantId
from duro.merchant_api.billing.card_budget import CardBudget
from duro.merchant_api.billing.charge_order import ChargeOrder, ClaimResult, Concluded
from duro.merchant_api.billing.claim_drafts import ClaimDrafts
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.payments import FailureCodes

_NOT_SET_UP: Final = frozenset({FailureCategory.DO_NOT_HONOR, FailureCategory.MANDATE_NOT_READY})


@final
class RenewalClaims:
    """Transaction one of a renewal: lock, ask again whether it is due, write the invoice and the pending attempt."""

    def __init__(
        self,
        contexts: RepositoryContexts,
        settlements: SettlementDrafts,
        gateways: GatewayRegistry,
        *,
        ids: IdFactory,
        clock: Clock,
        lease: TimeDelta,
    ) -> None:
        self._contexts = contexts
        self._settlements = settlements
        self._gateways = gateways
        self._drafts = ClaimDrafts(ids=ids, clock=clock, lease=lease)
        self._budget = CardBudget()
        self._clock = clock
        self._codes = FailureCodes.bundled()
        self._set_up = PublishedBudget().budget().mandate_set_up

    async def claim(
        self, tenant_id: TenantId, subscription_ids: Sequence[SubscriptionId], *, is_starting: bool
    ) -> dict[SubscriptionId, ClaimResult]:
        """Claim these subscriptions in one transaction; one that doesn't exist or isn't due is skipped."""
        results: dict[SubscriptionId, ClaimResult] = {
            subscription_id: Concluded(Renewal(RenewalOutcome.SKIPPED)) for subscription_id in subscription_ids
        }
        async with self._contexts.open(tenant_id) as repos:
            now = self._clock.now()
            bills: dict[SubscriptionId, tuple[RenewalSubject, Bill]] = {}
            endings: list[RenewalSettlement] = []
            since = now - CardBudget.REMEMBERED
            for subject in await repos.renewals.lock(subscription_ids, declined_since=since):
                if subject.is_tenant_suspended:
                    continue
                if subject.is_charge_pending:
                    results[subject.subscription.id] = Concluded(Renewal(RenewalOutcome.PENDING))
                    continue
                plan = self._plan(subject, now, is_starting=is_starting)
                match plan:
                    case NotRenewable():
                        pass
                    case EndAtPeriod(change):
                        endings.append(self._settlements.ending(change, subject, now=now))
                        results[subject.subscription.id] = Concluded(Renewal(RenewalOutcome.CANCELED))
                    case ReachLimit(change):
                        endings.append(self._settlements.ending(change, subject, now=now))
                        results[subject.subscription.id] = Concluded(Renewal(RenewalOutcome.EXPIRED))
                    case Bill():
                        bills[subject.subscription.id] = (subject, plan)
                    case _:
                        assert_never(plan)
            if bills:
                results |= await self._bill(repos, bills, endings, now=now)
            if endings:
                await repos.renewals.settle(endings, now=now)
        return results

    def _plan(self, subject: RenewalSubject, now: Instant, *, is_starting: bool) -> RenewalPlan:
        minimum = None
        if subject.instrument is not None:
            gateway = self._gateways.named(subject.instrument.provider)
            minimum = gateway.minimum(subject.subscription.balance.currency)
        return RenewalPlanner.plan(
            subject.subscription,
            subject.plan_name,
            now,
            starting=is_starting,
            pending_lines=[stored.line for stored in subject.pending_lines],
            minimum=minimum,
        )

    async def _bill(
        self,
        repos: Repositories,
        bills: dict[SubscriptionId, tuple[RenewalSubject, Bill]],
        endings: list[RenewalSettlement],
        *,
        now: Instant,
    ) -> dict[SubscriptionId, ClaimResult]:
        results: dict[SubscriptionId, ClaimResult] = {}
        drafts = {key: self._drafts.draft(subject, bill, now=now) for key, (subject, bill) in bills.items()}
        held = {
            key: rule for key, one in drafts.items() if (rule := self._ceiling(bills[key][0], one, now=now)) is not None
        }
        claims = {key: replace(one, attempt=None) if key in held else one for key, one in drafts.items()}
        written = await repos.renewals.claim(list(claims.values()))
        for subscription_id, claim in claims.items():
            subject, _ = bills[subscription_id]
            if claim.invoice.id not in written.invoices:
                results[subscription_id] = await self._claim_again(repos, subject, claim, now=now)
            elif claim.attempt is not None and claim.attempt.id in written.attempts:
                results[subscription_id] = self._order(claim.attempt, subject)
            else:
                settlement, outcome = self._settlements.uncollected(
                    claim.subscription, claim.invoice, now=now, ceiling=held.get(subscription_id)
                )
                endings.append(settlement)
                results[subscription_id] = Concluded(Renewal(outcome, settlement.subscription.may_renew(now)))
        return results

    def _ceiling(self, subject: RenewalSubject, claim: RenewalClaim, *, now: Instant) -> BudgetRule | None:
        """Return what keeps the charge from being made: the network's ceiling for the card, until recovery may."""
        return None if claim.attempt is None else self._budget.holds_back(subject, claim.attempt, now=now)

    async def _claim_again(
        self, repos: Repositories, subject: RenewalSubject, claim: RenewalClaim, *, now: Instant
    ) -> ClaimResult:
        """Meet an invoice that an earlier claim wrote; what has been tried once is for recovery or a person.

        A first payment has neither: where its mandate was only not set up yet, it is tried once more when it is.
        """
        invoice = await repos.invoices.get_by_key(claim.invoice.idempotency_key)
        if invoice is None:
            return Concluded(Renewal(RenewalOutcome.SKIPPED))
        attempts = await repos.attempts.of_invoice(invoice.id)
        method = await self._held(repos, subject, invoice)
        if method is None or invoice.amount_remaining.is_zero or not self._may_try(attempts, method, now):
            return Concluded(Renewal(RenewalOutcome.SKIPPED))
        attempt = self._drafts.attempt(subject, invoice, now=now)
        if self._budget.holds_back(subject, attempt, now=now) is not None:
            return Concluded(Renewal(RenewalOutcome.SKIPPED))
        await repos.attempts.insert(attempt)
        return self._order(attempt, subject)

    def _may_try(self, attempts: Sequence[PaymentAttempt], method: PaymentMethod, now: Instant) -> bool:
        activated_at = None if method.mandate is None else method.mandate.activated_at
        ready_at = Instant.MAX if activated_at is None else activated_at + self._set_up
        return not attempts or (
            ready_at <= now
            and all(self._is_refused(one) and one.created_at < ready_at for one in attempts)
            and all(one.payment_method_id == method.id for one in attempts)
        )

    def _is_refused(self, attempt: PaymentAttempt) -> bool:
        category = self._codes.category_of(provider=attempt.provider, code=attempt.failure_code or "")
        return attempt.status is AttemptStatus.FAILED and category in _NOT_SET_UP

    @staticmethod
    async def _held(repos: Repositories, subject: RenewalSubject, invoice: Invoice) -> PaymentMethod | None:
        method_id = subject.subscription.payment_method_id
        if subject.instrument is None or method_id is None:
            return None
        method = await repos.payment_methods.hold(method_id)
        return method if method is not None and method.can_pay(invoice.amount_remaining) else None

    @staticmethod
    def _order(attempt: PaymentAttempt, subject: RenewalSubject) -> ChargeOrder:
        if subject.instrument is None:
            message = "A charge needs a saved method."
            raise ValueError(message)
        return ChargeOrder.of(
            attempt,
            token=subject.instrument.token,
            customer_email=subject.customer_email,
            description=subject.plan_name,
        )
