"""Charges that only a person can explain: nothing moves until one did, and then exactly what was taken counts."""

import asyncio

import pytest
from whenever import TimeDelta

from duro.billing import PaymentInProgressError, SubscriptionStatus
from duro.billing.recovery import Rail
from duro.db import PageRequest
from duro.db.records import AttemptStatus, DunningState, InvoiceStatus, RefundStatus
from duro.kernel import ConflictError, Currency, FrozenClock, Money, NotFoundError, PaymentAttemptId
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.customers import CreateCustomer, CreateCustomerCommand
from duro.merchant_api.inbound import ChargeNotices, MoneyNotices
from duro.merchant_api.pushed import Received
from duro.merchant_api.reviews import DecideReview, Verdict
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.merchant_api.test_clocks import CreateTestClock, CreateTestClockCommand
from duro.payments import Approved, ChargeSucceeded
from duro.testkit.builders import SubscriptionBuilder

pytestmark = pytest.mark.usefixtures("books_in_order")
PRICE = 500_000
ON_CLOCK = "update {schema}.subscriptions set test_clock_id = $3 where tenant_id = $1 and id = $2"


def naira(amount: int) -> Money:
    return Money(amount, Currency("NGN"))


class Desk:
    """A person who decides about the charges of one merchant that are in review."""

    def __init__(self, recovery) -> None:
        self._recovery = recovery
        self._tenant_id = recovery.merchant.tenant.id
        self._decide = DecideReview(recovery.contexts, recovery.gateways, ids=recovery.ids, clock=recovery.clock)

    async def rule(self, subscription, taken: Money | None):
        (*_, attempt) = (await self.charged(subscription))[1]
        verdict = Verdict(attempt_id=attempt.id, taken=taken, by="Ngozi", note="Seen in the provider's books")
        return await self._decide.execute(self._tenant_id, verdict)

    async def charged(self, subscription):
        """Read the one invoice there is and its charges."""
        async with self._recovery.contexts.open(self._tenant_id) as repos:
            [invoice] = (await repos.invoices.list(PageRequest(limit=10), subscription_id=subscription.id)).items
            return invoice, await repos.attempts.of_invoice(invoice.id)

    async def decision(self, attempt):
        async with self._recovery.contexts.open(self._tenant_id) as repos:
            return await repos.reviews.decision(attempt.id)

    async def received(self, subscription):
        async with self._recovery.contexts.open(self._tenant_id) as repos:
            payments = await repos.incoming_payments.of_subscription(subscription.id)
            return [(payment, await repos.incoming_payments.allocations(payment.id)) for payment in payments]

    async def hear(self, subscription, amount: Money):
        """Let the provider tell, maybe once more, that the first charge succeeded."""
        recovery, attempt = self._recovery, (await self.charged(subscription))[1][0]
        notices = ChargeNotices(
            recovery.contexts, recovery.gateways, MoneyNotices(recovery.receive), ids=recovery.ids, clock=recovery.clock
        )
        notice = ChargeSucceeded("evt-late", attempt.reference, "chg-theirs", amount, Rail.CARD, recovery.clock.now())
        return await notices.tell(self._tenant_id, attempt.id, notice, provider=attempt.provider)


@pytest.fixture
def desk(recovery):
    return Desk(recovery)


@pytest.fixture
async def doubted(recovery):
    """A subscription of whose renewal the provider says that it took another amount."""
    recovery.gateway.answers[:] = [Approved("odd", naira(PRICE - 1))]
    subscription = await recovery.merchant.subscription(builder=SubscriptionBuilder())
    assert await recovery.billing.renew(recovery.merchant.tenant.id, subscription.id) is RenewalOutcome.PENDING
    return subscription


class TestAChargeInReview:
    async def test_is_not_made_again_by_a_renewal(self, recovery, doubted):
        recovery.clock.advance(TimeDelta(hours=24))
        assert await recovery.billing.renew(recovery.merchant.tenant.id, doubted.id) is RenewalOutcome.PENDING
        assert len(recovery.gateway.sent) == 1

    async def test_is_not_made_again_by_recovery_either_whoever_asks(self, recovery, desk):
        sub = await recovery.declined()
        recovery.gateway.answers[:] = [Approved("odd", naira(1))]
        await recovery.work(sub)
        recovery.clock.set((await recovery.case(sub)).wake_at)
        assert await recovery.work(sub) is RenewalOutcome.PENDING
        sent = list(recovery.gateway.sent)
        recovery.clock.advance(TimeDelta(hours=24 * 40))

        assert await recovery.due() == []
        assert await recovery.work(sub) is RenewalOutcome.PENDING
        with pytest.raises(PaymentInProgressError):
            await recovery.retry_now(sub)
        assert recovery.gateway.sent == sent
        assert (await recovery.case(sub)).is_open
        assert (await desk.charged(sub))[1][-1].status is AttemptStatus.REVIEW

    async def test_is_a_success_if_what_was_asked_for_was_taken(self, recovery, desk, doubted):
        decided = await desk.rule(doubted, naira(PRICE))

        assert (decided.attempt.status, decided.attempt.failure_code) == (AttemptStatus.SUCCEEDED, None)
        assert (decided.invoice.status, decided.received) == (InvoiceStatus.PAID, None)
        assert (await recovery.subscription(doubted)).cycles_completed == 1
        assert await recovery.told(doubted) == ["receipt"]
        assert await desk.hear(doubted, naira(PRICE)) is None
        assert await desk.received(doubted) == []

    async def test_wins_the_case_it_was_a_try_of(self, recovery, desk):
        sub = await recovery.declined()
        recovery.gateway.answers[:] = [Approved("odd", naira(1))]
        await recovery.work(sub)
        recovery.clock.set((await recovery.case(sub)).wake_at)
        await recovery.work(sub)

        decided = await desk.rule(sub, naira(PRICE))

        case = await recovery.case(sub)
        assert (case.state, case.recovered_by) == (DunningState.RECOVERED, decided.attempt.id.value)
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.ACTIVE
        assert (await recovery.told(sub))[-1] == "payment_recovered"

    async def test_pays_a_part_if_less_was_taken_and_the_rest_is_recovered(self, recovery, desk, doubted):
        decided = await desk.rule(doubted, naira(300_000))

        assert (decided.attempt.status, decided.received) == (AttemptStatus.FAILED, Received.PARTLY_PAID)
        assert decided.invoice.amount_remaining == naira(200_000)
        case = await recovery.case(doubted)
        assert (case.is_open, case.reason) == (True, "NGN 3,000.00 came by card; NGN 2,000.00 is still to be paid.")
        assert await recovery.work(doubted) is RenewalOutcome.DUNNING
        recovery.clock.set((await recovery.case(doubted)).wake_at)
        assert await recovery.work(doubted) is RenewalOutcome.CHARGED
        assert (await desk.charged(doubted))[1][-1].amount == naira(200_000)
        assert (await recovery.subscription(doubted)).cycles_completed == 1

    async def test_of_which_less_was_taken_counts_that_once_whatever_is_told_later(self, recovery, desk, doubted):
        await desk.rule(doubted, naira(300_000))

        assert await desk.hear(doubted, naira(300_000)) is None

        [(payment, _)] = await desk.received(doubted)
        assert payment.amount == naira(300_000)
        assert (await recovery.subscription(doubted)).balance == naira(0)

    async def test_pays_the_invoice_and_is_credit_beyond_it_if_more_was_taken(self, recovery, desk, doubted):
        decided = await desk.rule(doubted, naira(PRICE + 70_000))

        assert (decided.attempt.status, decided.received) == (AttemptStatus.SUCCEEDED, Received.CREDITED)
        assert decided.invoice.status is InvoiceStatus.PAID
        after = await recovery.subscription(doubted)
        assert (after.balance, after.cycles_completed) == (naira(70_000), 1)

    async def test_of_another_currency_is_held_while_recovery_goes_on(self, recovery, desk, doubted):
        decided = await desk.rule(doubted, Money(1_200, Currency("USD")))

        assert (decided.attempt.status, decided.received) == (AttemptStatus.FAILED, Received.HELD)
        [(payment, parts)] = await desk.received(doubted)
        assert (payment.amount, payment.attempt_id, parts) == (Money(1_200, Currency("USD")), decided.attempt.id, ())
        assert (await recovery.case(doubted)).state is DunningState.SCHEDULED

    async def test_is_a_decline_if_nothing_was_taken(self, recovery, desk, doubted):
        decided = await desk.rule(doubted, None)

        assert (decided.attempt.status, decided.attempt.failure_code) == (AttemptStatus.FAILED, "not_taken")
        assert (await recovery.subscription(doubted)).status is SubscriptionStatus.PAST_DUE
        assert await recovery.due() == [(await recovery.case(doubted)).id]

    async def test_that_took_money_after_all_is_late_money(self, recovery, desk, doubted):
        await desk.rule(doubted, None)

        assert await desk.hear(doubted, naira(PRICE)) is None

        assert (await desk.charged(doubted))[0].status is InvoiceStatus.PAID
        assert (await recovery.subscription(doubted)).status is SubscriptionStatus.ACTIVE

    async def test_is_refunded_if_its_subscription_has_ended(self, recovery, desk, doubted):
        act = CancelSubscription(recovery.contexts, recovery.ids, recovery.clock)
        await act.execute(recovery.merchant.tenant.id, CancelSubscriptionCommand(subscription_id=doubted.id))

        decided = await desk.rule(doubted, naira(PRICE))

        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [refund] = await repos.refunds.of_attempt(decided.attempt.id)
        assert (refund.status, refund.amount) == (RefundStatus.PENDING, naira(PRICE))


class TestADecision:
    async def test_is_kept_with_who_made_it_and_what_was_in_doubt(self, recovery, desk, doubted):
        since = recovery.clock.now()
        recovery.clock.advance(TimeDelta(hours=2))
        decided = await desk.rule(doubted, naira(PRICE))

        kept = await desk.decision(decided.attempt)
        assert (kept.taken, kept.decided_by, kept.note) == (naira(PRICE), "Ngozi", "Seen in the provider's books")
        assert (kept.doubt_code, kept.doubt) == ("amount_mismatch", "The provider took NGN 4,999.99.")
        assert (kept.in_review_since, kept.decided_at) == (since, recovery.clock.now())

    async def test_is_made_once_however_many_make_it(self, recovery, desk, doubted):
        ends = await asyncio.gather(
            *(desk.rule(doubted, naira(amount)) for amount in (PRICE, 300_000, PRICE + 1)), return_exceptions=True
        )

        assert sum(isinstance(end, ConflictError) and end.code == "not_in_review" for end in ends) == 2
        assert len((await desk.charged(doubted))[1]) == 1

    async def test_is_of_real_time_where_the_payer_lives_by_a_test_clock(self, recovery, desk):
        tenant, begun = recovery.merchant.tenant.id, recovery.clock.now()
        theirs = begun + TimeDelta(hours=24 * 300)
        made = await CreateTestClock(recovery.contexts, recovery.ids, recovery.clock).execute(
            tenant, CreateTestClockCommand(name="Next year", now=theirs)
        )
        create = CreateCustomer(recovery.contexts, recovery.ids, recovery.clock)
        customer = await create.execute(tenant, CreateCustomerCommand(email="a@example.com", test_clock_id=made.id))
        method = await recovery.merchant.payment_method(customer)
        sub = await recovery.merchant.subscription(
            None, customer, method, builder=SubscriptionBuilder(current_period_end=theirs)
        )
        async with recovery.contexts.open(tenant) as repos:
            await repos.session.execute(ON_CLOCK, sub.id.value, made.id.value)
        recovery.gateway.answers[:] = [Approved("odd", naira(1))]
        billing = recovery.billing.on(FrozenClock(theirs))
        assert await billing.renew(tenant, sub.id) is RenewalOutcome.PENDING

        decided = await desk.rule(sub, naira(PRICE))

        assert (decided.invoice.paid_at, decided.attempt.settled_at) == (theirs, theirs)
        assert (await desk.decision(decided.attempt)).decided_at == begun

    async def test_of_a_charge_that_nobody_doubts_is_refused(self, recovery, desk):
        sub = await recovery.declined()
        with pytest.raises(ConflictError):
            await desk.rule(sub, naira(PRICE))
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.PAST_DUE

    async def test_of_a_charge_that_is_not_there_is_not_found(self, recovery):
        decide = DecideReview(recovery.contexts, recovery.gateways, ids=recovery.ids, clock=recovery.clock)
        verdict = Verdict(attempt_id=recovery.ids.new(PaymentAttemptId), taken=None, by="Ngozi", note="A guess")
        with pytest.raises(NotFoundError):
            await decide.execute(recovery.merchant.tenant.id, verdict)
