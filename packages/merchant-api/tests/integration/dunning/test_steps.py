"""What a merchant reads of a case: how it began, and how it ended, each with the sentence that explains it."""

import pytest
from whenever import Instant, TimeDelta

from duro.billing.recovery import Rail
from duro.db.records import DunningEventKind, DunningState
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.invoices import MarkInvoiceUncollectible, PayInvoice, PayInvoiceCommand, VoidInvoice
from duro.merchant_api.pushed.arrived_money import ArrivedMoney, Received
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.payments import Declined, SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, SubscriptionBuilder
from duro.testkit.trusted_clock import TrustedClock

LEASE = TimeDelta(seconds=60)
NO_FUNDS = Declined("51", "Insufficient funds", None)
VOIDED = "The invoice was voided, so nothing is owed for it."


@pytest.fixture
def acts(recovery, clock):
    return recovery.contexts, recovery.ids, clock


@pytest.fixture
def last(recovery):
    """The kind and sentence of a case's last step; the case says the same."""

    async def of(subscription):
        step, case = (await recovery.steps(subscription))[-1], await recovery.case(subscription)
        assert (step.reason, step.created_at) == (case.reason, case.closed_at)
        return step.kind.value, case.state.value, step.reason

    return of


class TestTheFirstStepOfACase:
    async def test_says_what_was_declined(self, recovery):
        subscription = await recovery.declined()

        case, (step,) = await recovery.case(subscription), await recovery.steps(subscription)
        assert (step.kind, step.created_at, step.rail) == (DunningEventKind.OPENED, case.opened_at, "card")
        assert step.reason == "The renewal was declined: Insufficient funds."
        assert (step.action, step.next_attempt_at) == (None, None)

    async def test_is_written_once_however_often_it_is_tried(self, recovery):
        subscription = await recovery.declined(NO_FUNDS, NO_FUNDS, NO_FUNDS)
        assert await recovery.retry_now(subscription) is RenewalOutcome.DUNNING
        assert await recovery.retry_now(subscription) is RenewalOutcome.DUNNING

        assert await recovery.story(subscription) == ["opened"]
        assert (await recovery.case(subscription)).attempts_made == 3

    async def test_is_never_written_where_the_first_try_is_paid(self, recovery):
        customer = await recovery.merchant.customer()
        method = await recovery.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
        paid = await recovery.merchant.subscription(None, customer, method, builder=SubscriptionBuilder())
        assert await recovery.billing.renew(recovery.merchant.tenant.id, paid.id) is RenewalOutcome.CHARGED
        steps = "select count(*) from test.dunning_events where tenant_id = $1"
        async with recovery.admin.acquire() as connection:
            assert await connection.fetchval(steps, recovery.merchant.tenant.id.value) == 0


class TestTheLastStepOfACase:
    @pytest.mark.parametrize(
        ("declines", "tries"), [(1, "on the second try"), (2, "on the third try"), (10, "on try 11")]
    )
    async def test_says_on_which_try_it_was_paid(self, recovery, last, declines, tries):
        subscription = await recovery.declined(*[NO_FUNDS] * declines)
        while recovery.gateway.answers:
            assert await recovery.retry_now(subscription) is RenewalOutcome.DUNNING

        assert await recovery.retry_now(subscription) is RenewalOutcome.CHARGED

        assert await last(subscription) == ("recovered", "recovered", f"Paid by card {tries}.")
        assert await recovery.story(subscription) == ["opened", "recovered"]

    async def test_says_how_pushed_money_came(self, recovery, last, clock):
        subscription = await recovery.declined()
        invoice = await recovery.invoice(subscription)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            (attempt,) = await repos.attempts.of_invoice(invoice.id)
        money = ArrivedMoney(
            provider="simulated",
            reference="T-1",
            amount=invoice.total,
            rail=Rail.TRANSFER,
            at=clock.now(),
            attempt_id=attempt.id,
        )
        assert await recovery.receive.execute(recovery.merchant.tenant.id, money) is Received.PAID
        assert await last(subscription) == ("recovered", "recovered", "Paid by transfer.")

    async def test_says_that_nothing_is_owed_any_more(self, recovery, last, acts):
        subscription = await recovery.declined()
        await VoidInvoice(*acts).execute(recovery.merchant.tenant.id, (await recovery.case(subscription)).invoice_id)
        assert await last(subscription) == ("cancelled", "cancelled", VOIDED)

    async def test_says_that_the_merchant_gave_up(self, recovery, last, acts):
        subscription = await recovery.declined()
        invoice_id = (await recovery.case(subscription)).invoice_id
        await MarkInvoiceUncollectible(*acts).execute(recovery.merchant.tenant.id, invoice_id)
        assert await last(subscription) == ("exhausted", "exhausted", "The merchant gave up on the invoice.")

        await VoidInvoice(*acts).execute(recovery.merchant.tenant.id, invoice_id)

        assert await last(subscription) == ("cancelled", "cancelled", VOIDED)
        assert await recovery.story(subscription) == ["opened", "exhausted", "cancelled"]

    async def test_says_that_the_subscription_has_ended(self, recovery, last, acts):
        subscription = await recovery.declined()
        command = CancelSubscriptionCommand(subscription_id=subscription.id)
        await CancelSubscription(*acts).execute(recovery.merchant.tenant.id, command)
        assert await last(subscription) == ("cancelled", "cancelled", "The subscription has ended.")

    async def test_follows_the_end_that_a_late_win_takes_back(self, recovery, last, acts, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(*[NO_FUNDS] * 20)
        await recovery.until(Instant.from_utc(2026, 7, 1, 9))
        recovery.gateway.answers.clear()
        given_up = await recovery.case(subscription)
        assert given_up.state is DunningState.EXHAUSTED

        contexts, ids, _ = acts
        collection = Collection(contexts, recovery.gateways, ids=ids, clock=clock, lease=LEASE)
        pay = PayInvoice(contexts, collection, TrustedClock(), ids=ids, clock=clock)
        await pay.execute(recovery.merchant.tenant.id, PayInvoiceCommand(invoice_id=given_up.invoice_id))

        kind, state, reason = await last(subscription)
        assert (kind, state) == ("recovered", "recovered")
        assert reason.startswith("Paid by card on the ")
        assert (await recovery.story(subscription))[-2:] == ["exhausted", "recovered"]
