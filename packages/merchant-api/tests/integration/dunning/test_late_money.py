"""An invoice that was given up, and money that comes for it after all: in parts, with credit, by a charge."""

from dataclasses import replace

import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.billing.recovery import Escalation, Rail
from duro.db import PageRequest
from duro.db.records import AttemptStatus, DunningState, Initiator, InvoiceStatus
from duro.kernel import Currency, Money
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.credit import GrantCredit, GrantCreditCommand
from duro.merchant_api.dunning.case_drafts import CaseDrafts
from duro.merchant_api.invoices import PayInvoice, PayInvoiceCommand
from duro.merchant_api.pushed import ArrivedMoney, Received
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.payments import Approved, Declined, SimulatedCard, Unknown
from duro.testkit.builders import CustomerBuilder, PaymentMethodBuilder
from duro.testkit.trusted_clock import TrustedClock

pytestmark = pytest.mark.usefixtures("books_in_order")
NO_FUNDS = Declined("51", "Insufficient funds", None)
PRICE, CREDIT = 500_000, 100_000


class GivenUp:
    """A subscription whose renewal took all its credit, was declined and was given up."""

    def __init__(self, recovery, subscription) -> None:
        self.recovery = recovery
        self.subscription = subscription
        self.tenant = recovery.merchant.tenant.id
        self._references = iter(range(9))

    async def credit(self, amount: int) -> None:
        command = GrantCreditCommand(subscription_id=self.subscription.id, amount=amount, reason="sorry")
        await GrantCredit(self.recovery.contexts, self.recovery.ids, self.recovery.clock).execute(self.tenant, command)

    async def invoice(self):
        async with self.recovery.contexts.open(self.tenant) as repos:
            [invoice] = (await repos.invoices.list(PageRequest(), subscription_id=self.subscription.id)).items
        return invoice

    async def attempts(self):
        async with self.recovery.contexts.open(self.tenant) as repos:
            return await repos.attempts.of_invoice((await self.invoice()).id)

    async def gets(self, amount: int) -> Received:
        """Let so much come late, by a charge that had counted as failed."""
        money = ArrivedMoney(
            provider="simulated",
            reference=f"late-{next(self._references)}",
            amount=Money(amount, Currency("NGN")),
            rail=Rail.TRANSFER,
            at=self.recovery.clock.now(),
            attempt_id=(await self.attempts())[0].id,
        )
        return await self.recovery.receive.execute(self.tenant, money)

    async def is_cancelled(self) -> None:
        act = CancelSubscription(self.recovery.contexts, self.recovery.ids, self.recovery.clock)
        await act.execute(self.tenant, CancelSubscriptionCommand(subscription_id=self.subscription.id))

    async def is_collected(self):
        """Let the merchant have it charged, and give the attempt."""
        recovery = self.recovery
        services = {"ids": recovery.ids, "clock": recovery.clock}
        collection = Collection(recovery.contexts, recovery.gateways, lease=TimeDelta(seconds=60), **services)
        act = PayInvoice(recovery.contexts, collection, TrustedClock(), **services)
        await act.execute(self.tenant, PayInvoiceCommand(invoice_id=(await self.invoice()).id))
        return (await self.attempts())[-1]

    async def stands(self):
        """Say what became of the subscription, its balance and its invoice, and what of that is bad debt."""
        invoice, after = await self.invoice(), await self.recovery.subscription(self.subscription)
        async with self.recovery.admin.acquire() as connection:
            lost = await connection.fetchval(
                """select coalesce(sum(e.amount), 0) from test.ledger_entries e
                join test.journals j on j.tenant_id = e.tenant_id and j.id = e.journal_id
                where e.account = 'bad_debt' and j.cause_id = $1""",
                invoice.id.value,
            )
        return after.status, after.balance.amount, invoice.status, invoice.credit_applied.amount, int(lost)


@pytest_asyncio.fixture(loop_scope="session")
async def given_up(recovery):
    async def given_up(*, credit: int = 0, part: int = 0) -> GivenUp:
        merchant = recovery.merchant
        customer = await merchant.customer(CustomerBuilder())
        method = await merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
        late = GivenUp(recovery, await merchant.subscription(None, customer, method))
        if credit:
            await late.credit(credit)
        recovery.gateway.answers[:] = [NO_FUNDS] * 9
        assert await recovery.billing.renew(late.tenant, late.subscription.id) is RenewalOutcome.DUNNING
        if part:
            assert await late.gets(part) is Received.PARTLY_PAID
        await recovery.until(recovery.clock.now() + TimeDelta(hours=24 * 36))
        assert (await recovery.case(late.subscription)).state is DunningState.EXHAUSTED
        recovery.gateway.answers[:] = []
        return late

    return given_up


class TestMoneyThatComesLate:
    async def test_wins_in_two_parts_with_the_first_of_which_as_credit(self, recovery, given_up):
        late = await given_up()
        assert await late.gets(300_000) is Received.CREDITED
        assert await late.stands() == ("unpaid", 300_000, "uncollectible", 0, PRICE)

        assert await late.gets(200_000) is Received.PAID

        assert await late.stands() == (SubscriptionStatus.ACTIVE, 0, InvoiceStatus.PAID, 300_000, 0)
        assert (await recovery.case(late.subscription)).state is DunningState.RECOVERED
        assert (await late.invoice()).total.amount == 200_000

    async def test_takes_no_more_of_the_credit_than_it_needs(self, given_up):
        late = await given_up()
        await late.credit(120_000)
        assert await late.gets(450_000) is Received.PAID
        assert await late.stands() == ("active", 70_000, "paid", 50_000, 0)

    async def test_takes_the_credit_again_that_went_back(self, given_up):
        late = await given_up(credit=CREDIT)
        assert await late.stands() == ("unpaid", CREDIT, "uncollectible", CREDIT, PRICE)
        assert await late.gets(PRICE - CREDIT) is Received.PAID
        assert await late.stands() == ("active", 0, "paid", CREDIT, 0)

    async def test_has_more_to_pay_if_that_credit_is_gone(self, given_up):
        late = await given_up(credit=CREDIT)
        await late.credit(-CREDIT)
        assert await late.gets(PRICE - CREDIT) is Received.CREDITED
        assert await late.stands() == ("unpaid", PRICE - CREDIT, "uncollectible", CREDIT, PRICE)
        assert await late.gets(CREDIT) is Received.PAID
        assert await late.stands() == ("active", 0, "paid", PRICE - CREDIT, 0)


class TestAPartOfWhatWasGivenUp:
    async def test_is_credit_once_its_subscription_ends(self, recovery, given_up):
        late = await given_up(credit=CREDIT, part=150_000)
        assert (await late.invoice()).amount_paid.amount == 150_000
        assert await late.stands() == ("unpaid", CREDIT, "uncollectible", CREDIT, PRICE - 150_000)
        await late.is_cancelled()
        assert await late.stands() == ("canceled", CREDIT + 150_000, "uncollectible", CREDIT, PRICE)
        assert (await late.invoice()).amount_paid.is_zero

    async def test_is_credit_at_once_if_giving_up_ends_it(self, recovery, given_up):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            wishes = await repos.recovery_settings.lock()
            ending = replace(wishes, dunning=replace(wishes.dunning, escalation=Escalation.CANCEL))
            await repos.recovery_settings.put(ending, now=recovery.clock.now())
        late = await given_up(part=150_000)
        assert await late.stands() == ("canceled", 150_000, "uncollectible", 0, PRICE)


class TestAChargeOfWhatWasGivenUp:
    async def test_takes_the_credit_again_that_went_back(self, given_up):
        late = await given_up(credit=CREDIT)
        assert (await late.is_collected()).amount.amount == PRICE - CREDIT
        assert await late.stands() == ("active", 0, "paid", CREDIT, 0)

    async def test_asks_for_more_if_that_credit_is_gone(self, given_up):
        late = await given_up(credit=CREDIT)
        await late.credit(-CREDIT + 1)
        assert (await late.is_collected()).amount.amount == PRICE - 1
        assert await late.stands() == ("active", 0, "paid", 1, 0)

    async def test_asks_for_no_less_if_the_payer_wants_to_push_it(self, recovery, given_up):
        late = await given_up(credit=CREDIT)
        await late.credit(-CREDIT + 1)
        now = recovery.clock.now()
        drafts = CaseDrafts(ids=recovery.ids, clock=recovery.clock, lease=TimeDelta(seconds=60))
        async with recovery.contexts.open(late.tenant) as repos:
            [subject] = await repos.recovery.lock([(await recovery.case(late.subscription)).id])
        order = drafts.request(subject, Rail.TRANSFER, provider="simulated", now=now, initiator=Initiator.PAYER)
        assert order.request.amount.amount == PRICE - 1

    async def test_changes_nothing_when_it_is_declined(self, recovery, given_up):
        late = await given_up(credit=CREDIT)
        recovery.gateway.answers[:] = [NO_FUNDS]
        await late.is_collected()
        assert await late.stands() == ("unpaid", CREDIT, "uncollectible", CREDIT, PRICE)

    async def test_is_credit_if_the_credit_went_while_nobody_knew_whether_it_was_taken(self, recovery, given_up):
        late = await given_up(credit=CREDIT)
        recovery.gateway.answers[:] = [Unknown("Silence.")]
        attempt = await late.is_collected()
        await late.credit(-CREDIT)
        recovery.gateway.lookups[attempt.reference] = Approved(attempt.reference, attempt.amount)
        recovery.clock.advance(TimeDelta(minutes=2))
        await recovery.pending.resolve(late.tenant, attempt.id)

        attempt = (await late.attempts())[-1]
        assert (attempt.status, attempt.credited) == (AttemptStatus.SUCCEEDED, attempt.amount)
        assert await late.stands() == ("unpaid", PRICE - CREDIT, "uncollectible", CREDIT, PRICE)


class TestAPartOfWhatWasCanceled:
    """A part was paid, the rest was being charged, and the subscription was canceled meanwhile."""

    @pytest_asyncio.fixture(loop_scope="session")
    async def canceled(self, recovery):
        customer = await recovery.merchant.customer(CustomerBuilder())
        method = await recovery.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
        late = GivenUp(recovery, await recovery.merchant.subscription(None, customer, method))
        await late.credit(CREDIT)
        recovery.gateway.answers[:] = [NO_FUNDS, Unknown("Silence.")]
        await recovery.billing.renew(late.tenant, late.subscription.id)
        assert await late.gets(150_000) is Received.PARTLY_PAID
        assert await recovery.retry_now(late.subscription) is RenewalOutcome.PENDING
        await late.is_cancelled()
        return late

    @staticmethod
    async def _answered(recovery, late, answer) -> None:
        attempt = (await late.attempts())[-1]
        recovery.gateway.lookups[attempt.reference] = answer(attempt)
        recovery.clock.advance(TimeDelta(minutes=2))
        await recovery.pending.resolve(late.tenant, attempt.id)

    async def test_is_credit_when_the_rest_is_declined(self, recovery, canceled):
        await self._answered(recovery, canceled, lambda _: NO_FUNDS)
        assert await canceled.stands() == ("canceled", CREDIT + 150_000, "void", CREDIT, 0)

    async def test_is_credit_when_the_rest_was_taken_and_goes_back(self, recovery, canceled):
        await self._answered(recovery, canceled, lambda one: Approved(one.reference, one.amount))
        assert await canceled.stands() == ("canceled", CREDIT + 150_000, "paid", CREDIT, 0)
        async with recovery.contexts.open(canceled.tenant) as repos:
            [refund] = await repos.refunds.lock_of_invoice((await canceled.invoice()).id)
        assert refund.amount.amount == PRICE - CREDIT - 150_000
