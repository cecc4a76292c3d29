"""What becomes of a customer's approval of debits, whatever its provider answers, and whenever a process dies."""

import asyncio

import pytest
from whenever import TimeDelta

from duro.db.mandate_rows import PaymentMethodStatus
from duro.kernel import ConflictError, Currency, Money, NotFoundError
from duro.merchant_api.customers import CreateCustomer, CreateCustomerCommand
from duro.merchant_api.inbound import MandateNotices
from duro.merchant_api.payment_methods import MandateRefusedError
from duro.merchant_api.receipts import DerivedIdFactory
from duro.merchant_api.subscriptions.usable_method import UsableMethod
from duro.merchant_api.test_clocks import CreateTestClock, CreateTestClockCommand
from duro.payments import MandateActivated, MandateRevoked
from duro.payments.simulated import SimulatedBankAccount
from duro.testkit.builders import CustomerBuilder

ACTIVE, PENDING = PaymentMethodStatus.ACTIVE, PaymentMethodStatus.PENDING
REJECTED, REVOKED = PaymentMethodStatus.REJECTED, PaymentMethodStatus.REVOKED


class SameAgain:
    """The receipt of a request that is made again: whatever it writes has the same id."""

    def __init__(self, clock) -> None:
        self._at = clock.now()

    async def claim(self, repos, ids):
        return DerivedIdFactory(seed=b"again", at=self._at)

    async def sign(self, repos, result) -> None:
        """Keep nothing."""


class TestAMandate:
    @pytest.mark.parametrize(
        ("account", "at_first", "at_last"),
        [
            (SimulatedBankAccount.APPROVE, PENDING, ACTIVE),
            (SimulatedBankAccount.APPROVE_AT_ONCE, PENDING, ACTIVE),
            (SimulatedBankAccount.WAIT, PENDING, PENDING),
            (SimulatedBankAccount.REJECTED, REJECTED, REJECTED),
            (SimulatedBankAccount.STOPPED, PENDING, ACTIVE),
            (SimulatedBankAccount.INSUFFICIENT_FUNDS, PENDING, ACTIVE),
            (SimulatedBankAccount.TIMEOUT_BEFORE, PENDING, REJECTED),
            (SimulatedBankAccount.TIMEOUT_AFTER, PENDING, ACTIVE),
        ],
    )
    async def test_is_as_its_provider_says(self, town, account, at_first, at_last):
        method = await town.attach(account.number)
        assert method == await town.method(method.id)
        assert (method.status, method.last4) == (at_first, account.number[-4:])
        assert not method.can_pay(Money(1, Currency("NGN")))

        await town.look()

        after = await town.method(method.id)
        assert after.status is at_last
        assert after.can_pay(Money(2_000_000, Currency("NGN"))) is (at_last is ACTIVE)
        assert not after.can_pay(Money(2_000_001, Currency("NGN")))
        assert after.mandate.activated_at == (method.created_at if at_last is ACTIVE else None)
        assert (after.mandate.look_at is not None) is (at_last is PENDING)

    async def test_tells_its_payer_what_to_do_while_it_is_pending(self, town):
        method = await town.attach(SimulatedBankAccount.WAIT.number)
        assert method.mandate.activation.account_number == "9990000001"
        assert method.mandate.activation.amount == Money(5_000, Currency("NGN"))

        await town.provider.mandates.activate(method.reference)
        assert await town.refresh(method.id) == "active"

        after = await town.method(method.id)
        assert (after.mandate.activation, after.mandate.activated_at) == (None, town.clock.now())
        assert after.mandate.look_at is None

    async def test_is_of_the_merchants_own_customer(self, town):
        stranger = CustomerBuilder().build(town.ids, town.clock.now())
        with pytest.raises(NotFoundError):
            await town.attach(SimulatedBankAccount.APPROVE.number, stranger)
        assert town.mandates.asked == []

    async def test_that_is_refused_is_not_kept(self, town):
        customer = await town.merchant.customer()
        with pytest.raises(MandateRefusedError) as refusal:
            await town.attach("0999999999", customer)
        assert refusal.value.code == "mandate_refused"
        [kept] = await town.methods(customer)
        assert (kept.status, kept.detached_at, kept.mandate.look_at) == (REJECTED, town.clock.now(), None)

    async def test_that_is_over_is_named_by_no_subscription(self, town):
        method = await town.attach(SimulatedBankAccount.REJECTED.number)
        async with town.contexts.open(town.tenant_id) as repos:
            with pytest.raises(ConflictError) as refusal:
                await UsableMethod.require(repos, method.id, method.customer_id)
        assert refusal.value.code == "mandate_ended"


class TestAnAnswerThatNeverCame:
    async def test_of_an_order_that_arrived_is_looked_up(self, town):
        method = await town.attach(SimulatedBankAccount.TIMEOUT_AFTER.number)
        assert await town.due() == []
        await town.look()
        assert (await town.method(method.id)).status is ACTIVE
        assert town.mandates.asked == [f"create {method.reference}", f"lookup {method.reference}"]
        assert await town.due() == []

    async def test_of_an_order_that_got_lost_ends_the_mandate(self, town):
        method = await town.attach(SimulatedBankAccount.TIMEOUT_BEFORE.number)
        assert await town.refresh(method.id) == "pending"
        await town.look()
        assert (await town.method(method.id)).status is REJECTED
        assert await town.due() == []

    async def test_lets_the_same_request_order_the_same_mandate_again(self, town):
        customer, again = await town.merchant.customer(), SameAgain(town.clock)
        lost = await town.attach(SimulatedBankAccount.TIMEOUT_BEFORE.number, customer, receipt=again)
        await town.look()
        found = await town.attach(SimulatedBankAccount.TIMEOUT_BEFORE.number, customer, receipt=again)
        assert (found.id, found.status) == (lost.id, PENDING)
        assert await town.refresh(lost.id) == "active"
        assert [one.id for one in await town.methods(customer)] == [lost.id]


class TestAProcessThatDies:
    async def test_between_claim_and_order_leaves_what_is_looked_up(self, town):
        customer, again = await town.merchant.customer(), SameAgain(town.clock)
        town.mandates.is_killed = True
        with pytest.raises(KeyboardInterrupt):
            await town.attach(SimulatedBankAccount.APPROVE.number, customer, receipt=again)
        [claimed] = await town.methods(customer)
        assert (claimed.status, claimed.token) == (PENDING, "")

        town.mandates.is_killed = False
        method = await town.attach(SimulatedBankAccount.APPROVE.number, customer, receipt=again)
        assert method.id == claimed.id
        assert await town.refresh(method.id) == "active"

    async def test_between_order_and_settlement_leaves_what_is_looked_up(self, town):
        customer = await town.merchant.customer()
        town.mandates.is_killed_after = True
        with pytest.raises(KeyboardInterrupt):
            await town.attach(SimulatedBankAccount.APPROVE.number, customer)
        [claimed] = await town.methods(customer)
        assert (claimed.status, claimed.token) == (PENDING, "")
        await town.look()
        assert (await town.method(claimed.id)).status is ACTIVE
        assert town.mandates.asked == [f"create {claimed.reference}", f"lookup {claimed.reference}"]


class TestAPendingMandate:
    async def test_is_looked_up_ever_more_seldom_and_not_for_ever(self, town):
        method = await town.attach(SimulatedBankAccount.WAIT.number)
        looks = 0
        while (look_at := (await town.method(method.id)).mandate.look_at) is not None:
            town.clock.set(look_at)
            assert await town.due() == [method.id]
            await town.refresh(method.id)
            looks += 1
            assert looks < 300
        assert town.clock.now() - method.created_at > TimeDelta(hours=24 * 60)
        assert (await town.method(method.id)).status is PENDING

    async def test_is_never_what_an_older_answer_says(self, town):
        method = await town.attach(SimulatedBankAccount.WAIT.number)
        stale = await town.provider.mandates.lookup(method.reference)
        await town.provider.mandates.activate(method.reference)
        await town.refresh(method.id)
        async with town.contexts.open(town.tenant_id) as repos:
            await town.service._settlement.settle(repos, method.id, stale)
        assert (await town.method(method.id)).status is ACTIVE


class TestANotice:
    async def test_has_the_mandate_looked_up(self, town):
        method, notices = await town.attach(SimulatedBankAccount.WAIT.number), MandateNotices(town.service)
        told = MandateActivated("evt-1", method.reference, method.token, town.clock.now())
        assert await notices.tell(town.tenant_id, method.id, told) is None
        assert (await town.method(method.id)).status is PENDING

        await town.provider.mandates.activate(method.reference)
        for _ in range(2):
            assert await notices.tell(town.tenant_id, method.id, told) is None
        assert (await town.method(method.id)).status is ACTIVE

        await town.provider.mandates.revoke(method.reference)
        told = MandateRevoked("evt-2", method.reference, method.token, town.clock.now())
        assert await notices.tell(town.tenant_id, method.id, told) is None
        assert (await town.method(method.id)).status is REVOKED

    async def test_of_a_card_is_for_a_person(self, town):
        card = await town.merchant.payment_method(await town.merchant.customer())
        told = MandateActivated("evt-1", card.reference, "token", town.clock.now())
        assert await MandateNotices(town.service).tell(town.tenant_id, card.id, told) is not None


class TestACustomerOnATestClock:
    async def test_has_a_mandate_in_the_providers_time_that_is_active_in_theirs(self, town):
        then = town.clock.now() + TimeDelta(hours=24 * 300)
        made = await CreateTestClock(town.contexts, town.ids, town.clock).execute(
            town.tenant_id, CreateTestClockCommand(name="Next year", now=then)
        )
        command = CreateCustomerCommand(email="ada@example.com", test_clock_id=made.id)
        customer = await CreateCustomer(town.contexts, town.ids, town.clock).execute(town.tenant_id, command)
        method = await town.attach(SimulatedBankAccount.APPROVE_AT_ONCE.number, customer)
        assert (method.created_at, method.mandate.look_at) == (then, town.clock.now() + TimeDelta(minutes=2))
        await town.look()
        after = await town.method(method.id)
        assert (after.status, after.mandate.activated_at) == (ACTIVE, then)

    @pytest.mark.parametrize("days", [-300, 0, 300])
    async def test_has_a_pending_one_looked_up_ever_more_seldom_while_that_clock_stands(self, town, days):
        begun = town.clock.now()
        made = await CreateTestClock(town.contexts, town.ids, town.clock).execute(
            town.tenant_id, CreateTestClockCommand(name="Stands", now=begun + TimeDelta(hours=24 * days))
        )
        command = CreateCustomerCommand(email="ada@example.com", test_clock_id=made.id)
        customer = await CreateCustomer(town.contexts, town.ids, town.clock).execute(town.tenant_id, command)
        method = await town.attach(SimulatedBankAccount.WAIT.number, customer)
        waits = []
        while (look_at := (await town.method(method.id)).mandate.look_at) is not None:
            waits.append(look_at - town.clock.now())
            town.clock.set(look_at)
            assert await town.due() == [method.id]
            await town.refresh(method.id)
            assert len(waits) < 300
        assert (waits[0], waits[-1]) == (TimeDelta(minutes=2), TimeDelta(hours=6))
        assert waits == sorted(waits)
        assert town.clock.now() - begun > TimeDelta(hours=24 * 60)


class TestWorkersThatLookAtOnce:
    async def test_settle_a_mandate_once(self, town):
        method = await town.attach(SimulatedBankAccount.WAIT.number)
        await town.provider.mandates.activate(method.reference)
        told = await asyncio.gather(*(town.refresh(method.id) for _ in range(5)))
        assert told == ["active"] * 5
        after = await town.method(method.id)
        assert (after.status, after.mandate.activated_at) == (ACTIVE, town.clock.now())

    async def test_and_one_that_removes_it_leave_it_removed(self, town):
        method = await town.attach(SimulatedBankAccount.WAIT.number)
        await town.provider.mandates.activate(method.reference)
        await asyncio.gather(*(town.refresh(method.id) for _ in range(3)), town.detach(method.id))
        assert (await town.method(method.id)).status is REVOKED
        await town.look()
        assert await town.due() == []
        assert (await town.provider.mandates.lookup(method.reference)).status == "revoked"


class TestAnotherMerchant:
    async def test_finds_no_mandate_of_the_first(self, town, stage):
        method = await town.attach(SimulatedBankAccount.WAIT.number)
        await town.provider.mandates.activate(method.reference)
        other = (await stage.merchant()).tenant.id
        assert await town.service.refresh(other, method.id) is None
        assert (await town.method(method.id)).status is PENDING


class TestAMandateThatIsRemoved:
    @pytest.mark.parametrize("account", [SimulatedBankAccount.APPROVE, SimulatedBankAccount.WAIT])
    async def test_is_ended_at_its_provider(self, town, account):
        method = await town.attach(account.number)
        removed = await town.detach(method.id)
        assert (removed.status, removed.detached_at) == (REVOKED, town.clock.now())
        assert (await town.provider.mandates.lookup(method.reference)).status == "revoked"
        assert (await town.method(method.id)).mandate.look_at is None

        await town.detach(method.id)
        assert town.mandates.asked[1:] == [f"cancel {method.reference}"]

    async def test_is_ended_later_where_that_got_lost(self, town):
        method = await town.attach(SimulatedBankAccount.APPROVE.number)
        town.mandates.is_killed = True
        with pytest.raises(KeyboardInterrupt):
            await town.detach(method.id)
        assert (await town.method(method.id)).status is REVOKED
        town.mandates.is_killed = False
        await town.look()
        assert (await town.provider.mandates.lookup(method.reference)).status == "revoked"
        assert await town.due() == []

    async def test_is_ended_though_its_order_was_answered_after_that(self, town):
        method = await town.attach(SimulatedBankAccount.TIMEOUT_AFTER.number)
        await town.detach(method.id)
        assert (await town.provider.mandates.lookup(method.reference)).status == "revoked"
        assert (await town.method(method.id)).status is REVOKED

    async def test_that_the_bank_had_turned_down_asks_nobody(self, town):
        method = await town.attach(SimulatedBankAccount.REJECTED.number)
        assert (await town.detach(method.id)).status is REJECTED
        assert town.mandates.asked == [f"create {method.reference}"]
