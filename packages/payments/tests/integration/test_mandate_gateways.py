"""The contract of every gateway that keeps approvals of debits, and of debiting them, and each gateway put to it."""

import time
from itertools import count

import pytest
from whenever import TimeDelta

from duro.kernel import Currency, Money
from duro.payments import (
    Approved,
    ChargeFailed,
    ChargeRequest,
    ChargeSucceeded,
    Declined,
    MandateActivated,
    MandateOrder,
    MandateRevoked,
    MandateStanding,
    MandateStatus,
    NotFound,
    Refunded,
    RefundFailed,
    RefundRequest,
    RefundSucceeded,
    Refused,
    SimulatedCard,
    Unknown,
)
from duro.payments.simulated import SimulatedBankAccount

NGN = Currency("NGN")
_NUMBERS = count(1)


def reference():
    return f"man-{time.time_ns()}-{next(_NUMBERS)}"


def order_of(account, *, ceiling=2_000_000, currency=NGN):
    return MandateOrder(
        reference=reference(),
        customer_name="Ada Obi",
        customer_email="ada@example.com",
        account_number=account if isinstance(account, str) else account.number,
        bank_code="058",
        ceiling=Money(ceiling, currency),
    )


class MandateGatewayContract:
    """What Duro relies on, whoever the provider is. A subclass provides `rails`: its gateway as `mandates`, the charge
    gateway beside it as `charges`, `act` to do what payers and banks do, and `told` to wait for what is told of it.
    """

    async def created(self, rails, account, **terms):
        standing = await rails.mandates.create(order_of(account, **terms))
        assert isinstance(standing, MandateStanding)
        return standing

    async def debit(self, rails, mandate, amount=500_000, currency=NGN):
        request = ChargeRequest(reference(), Money(amount, currency), mandate.token, "ada@example.com", "March")
        result = await rails.charges.charge(request)
        assert await rails.charges.lookup(request.reference) == result
        return result.code if isinstance(result, Declined) else result.amount.amount

    async def test_makes_a_mandate_that_waits_for_its_payer_and_says_how_it_is_activated(self, rails):
        order = order_of(SimulatedBankAccount.WAIT)
        made = await rails.mandates.create(order)
        assert (made.reference, made.status, made.ceiling) == (order.reference, MandateStatus.PENDING, order.ceiling)
        assert (made.last4, made.activated_at) == ("0003", None)
        assert made.activation.amount == Money(5_000, NGN)
        assert await rails.mandates.lookup(order.reference) == made
        assert await rails.mandates.create(order) == made
        assert await self.debit(rails, made) == "05"

    async def test_refuses_debits_until_the_set_up_is_over_and_then_works_like_a_card(self, rails):
        made = await self.created(rails, SimulatedBankAccount.WAIT)
        await rails.act(made.reference, "activate")
        active = await rails.mandates.lookup(made.reference)
        assert (active.status, active.activation, active.token) == (MandateStatus.ACTIVE, None, made.token)
        (told,) = await rails.told(MandateActivated, reference=made.reference)
        assert (told.token, told.at) == (made.token, active.activated_at)
        assert await self.debit(rails, made) == "05"
        await rails.act(made.reference, "finish-setup")
        assert await self.debit(rails, made) == 500_000
        assert await self.debit(rails, made, 2_000_000) == 2_000_000

    async def test_is_activated_once(self, rails):
        made = await self.created(rails, SimulatedBankAccount.WAIT)
        await rails.act(made.reference, "activate")
        active = await rails.mandates.lookup(made.reference)
        await rails.act(made.reference, "activate")
        assert await rails.mandates.lookup(made.reference) == active
        assert len(await rails.told(MandateActivated, reference=made.reference)) == 1

    @pytest.mark.parametrize(
        ("account", "answer"),
        [
            (SimulatedBankAccount.APPROVE, "05"),
            (SimulatedBankAccount.APPROVE_AT_ONCE, 500_000),
            (SimulatedBankAccount.REJECTED, "05"),
            (SimulatedBankAccount.INSUFFICIENT_FUNDS, "51"),
            (SimulatedBankAccount.STOPPED, "R1"),
        ],
    )
    async def test_debits_an_account_as_such_an_account_is_debited(self, rails, account, answer):
        made = await self.created(rails, account)
        assert await self.debit(rails, made) == answer
        status = MandateStatus.REJECTED if account is SimulatedBankAccount.REJECTED else MandateStatus.ACTIVE
        assert (await rails.mandates.lookup(made.reference)).status is status

    async def test_debits_within_its_ceiling_and_currency_only(self, rails):
        made = await self.created(rails, SimulatedBankAccount.APPROVE_AT_ONCE, ceiling=700)
        answers = [await self.debit(rails, made, amount) for amount in (0, 700, 701)]
        assert answers == ["13", 700, "61"]
        assert await self.debit(rails, made, 5, Currency("USD")) == "57"

    async def test_is_debited_no_more_once_the_payer_revoked_it(self, rails):
        made = await self.created(rails, SimulatedBankAccount.APPROVE_AT_ONCE)
        await rails.act(made.reference, "revoke")
        assert (await rails.mandates.lookup(made.reference)).status is MandateStatus.REVOKED
        assert await self.debit(rails, made) == "R1"
        (told,) = await rails.told(MandateRevoked, reference=made.reference)
        assert told.token == made.token

    @pytest.mark.parametrize("account", [SimulatedBankAccount.WAIT, SimulatedBankAccount.APPROVE_AT_ONCE])
    async def test_is_ended_by_us_once_or_again_and_is_not_activated_after_that(self, rails, account):
        made = await self.created(rails, account)
        ended = await rails.mandates.cancel(made.reference)
        assert ended.status is MandateStatus.REVOKED
        await rails.act(made.reference, "activate")
        assert await rails.mandates.cancel(made.reference) == ended
        assert len(await rails.told(MandateRevoked, reference=made.reference)) == 1

    async def test_knows_no_mandate_that_was_never_made(self, rails):
        assert await rails.mandates.lookup(reference()) == NotFound()
        assert await rails.mandates.cancel(reference()) == NotFound()
        request = ChargeRequest(reference(), Money(500, NGN), "mdt_sim_nobody", "ada@example.com", "March")
        assert (await rails.charges.charge(request)).code == "14"

    @pytest.mark.parametrize(
        ("order", "code"),
        [
            (order_of("0123456789"), "unknown_test_number"),
            (order_of(SimulatedBankAccount.APPROVE, ceiling=0), "invalid_ceiling"),
            (order_of(SimulatedBankAccount.APPROVE, currency=Currency("USD")), "invalid_ceiling"),
        ],
    )
    async def test_refuses_what_can_be_no_mandate_and_keeps_nothing_of_it(self, rails, order, code):
        refused = await rails.mandates.create(order)
        assert isinstance(refused, Refused)
        assert refused.code == code
        assert await rails.mandates.lookup(order.reference) == NotFound()

    async def test_does_not_know_when_an_order_got_lost_and_makes_it_when_sent_again(self, rails):
        order = order_of(SimulatedBankAccount.TIMEOUT_BEFORE)
        assert isinstance(await rails.mandates.create(order), Unknown)
        assert await rails.mandates.lookup(order.reference) == NotFound()
        assert await rails.mandates.cancel(order.reference) == NotFound()
        assert isinstance(await rails.mandates.create(order), MandateStanding)
        assert await self.debit(rails, await rails.mandates.lookup(order.reference)) == 500_000

    async def test_does_not_know_when_an_answer_got_lost_and_finds_it(self, rails):
        order = order_of(SimulatedBankAccount.TIMEOUT_AFTER)
        assert isinstance(await rails.mandates.create(order), Unknown)
        found = await rails.mandates.lookup(order.reference)
        assert await rails.mandates.create(order) == found
        assert await self.debit(rails, found) == 500_000

    async def test_states_what_it_is(self, rails):
        assert (rails.mandates.name, rails.mandates.setup_time) == ("simulated", TimeDelta(hours=2))

    async def test_tells_of_debits_and_charges_and_what_was_given_back(self, rails):
        mandate = await self.created(rails, SimulatedBankAccount.APPROVE_AT_ONCE)
        debit = ChargeRequest(reference(), Money(900, NGN), mandate.token, "ada@example.com", "March")
        declined = ChargeRequest(
            reference(), Money(800, NGN), SimulatedCard.INSUFFICIENT_FUNDS.token, "ada@example.com", "March"
        )
        assert await rails.charges.charge(debit) == Approved(debit.reference, debit.amount, Money(5, NGN))
        await rails.told(ChargeSucceeded, reference=debit.reference)
        await rails.charges.charge(debit)
        await rails.charges.charge(declined)
        back, too_much = (RefundRequest(reference(), debit.reference, Money(each, NGN)) for each in (900, 1))
        assert isinstance(await rails.charges.refund(back), Refunded)
        await rails.told(RefundSucceeded, reference=back.reference)
        await rails.charges.refund(back)
        await rails.charges.refund(too_much)
        (taken,) = await rails.told(ChargeSucceeded, reference=debit.reference)
        (failed,) = await rails.told(ChargeFailed, reference=declined.reference)
        (given,) = await rails.told(RefundSucceeded, reference=back.reference)
        (kept,) = await rails.told(RefundFailed, reference=too_much.reference)
        assert (taken.amount.amount, taken.rail.value) == (900, "direct_debit")
        assert (failed.amount.amount, failed.rail.value, failed.code) == (800, "card", "51")
        assert (given.amount.amount, given.charge_reference) == (900, debit.reference)
        assert (kept.amount.amount, kept.code) == (1, "amount_exceeds_charge")
        assert len({each.event_id for each in (taken, failed, given, kept)}) == 4


class TestSimulatedMandates(MandateGatewayContract):
    @pytest.fixture
    def rails(self, rails_in_process):
        return rails_in_process


class TestHttpSimulatedMandates(MandateGatewayContract):
    @pytest.fixture
    def rails(self, rails_over_http):
        return rails_over_http
