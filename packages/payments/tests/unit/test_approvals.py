from fractions import Fraction

import pytest
from whenever import Instant, TimeDelta

from duro.kernel import Currency, Money
from duro.payments import AwaitsApproval, ChargeRequest, NotFound, SimulatedCard, SimulatedGateway, Unknown
from duro.payments.simulated import (
    ApprovalEntry,
    ChargeStatus,
    FaultPlan,
    InMemoryIssuerLedger,
    PayerAnswer,
    SimulatedProvider,
)
from duro.testkit.stepping_clock import SteppingClock

START = Instant.from_utc(2026, 3, 1, 9)
REQUEST = ChargeRequest(
    "ref",
    Money(500_000, Currency("NGN")),
    SimulatedCard.APPROVAL.token,
    "ada@example.com",
    "March",
    is_payer_present=True,
    return_url="https://pay.example.com/secret",
)


class Bank:
    """The simulated provider on a clock of a test's own."""

    def __init__(self, **faults) -> None:
        self.clock = SteppingClock(START)
        self.ledger = InMemoryIssuerLedger()
        provider = SimulatedProvider.over(self.ledger, clock=self.clock, faults=FaultPlan(**faults), address="http://b")
        self.approvals = provider.approvals
        self.gateway = SimulatedGateway(provider.issuer)


class TestAnApproval:
    def test_shows_neither_the_token_nor_where_its_payer_comes_from(self):
        shown = repr(ApprovalEntry.of(REQUEST, ends_at=START))
        assert REQUEST.token not in shown
        assert "secret" not in shown + repr(REQUEST)

    async def test_is_waited_for_until_its_time_is_over(self):
        bank = Bank()
        await bank.gateway.charge(REQUEST)
        bank.clock.advance(TimeDelta(minutes=15) - TimeDelta(microseconds=1))
        assert await bank.gateway.lookup("ref") == AwaitsApproval("ref", "http://b/approvals/ref")
        assert await bank.ledger.charge("ref") is None
        bank.clock.advance(TimeDelta(microseconds=1))
        assert (await bank.gateway.lookup("ref")).code == "1A"
        assert (await bank.ledger.charge("ref")).status is ChargeStatus.DECLINED

    @pytest.mark.parametrize("is_looked_up", [True, False])
    async def test_that_comes_after_its_time_takes_nothing(self, is_looked_up):
        bank = Bank()
        await bank.gateway.charge(REQUEST)
        bank.clock.advance(TimeDelta(minutes=15))
        if is_looked_up:
            await bank.gateway.lookup("ref")
        assert (await bank.approvals.answer("ref", PayerAnswer.APPROVE)).status is ChargeStatus.DECLINED
        assert (await bank.gateway.charge(REQUEST)).code == "1A"

    async def test_ends_with_a_repeat_that_comes_after_its_time(self):
        bank = Bank()
        await bank.gateway.charge(REQUEST)
        bank.clock.advance(TimeDelta(minutes=15))
        assert (await bank.gateway.charge(REQUEST)).code == "1A"

    async def test_of_nothing_is_nothing(self):
        bank = Bank()
        assert await bank.approvals.answer("ref", PayerAnswer.APPROVE) is None
        assert await bank.approvals.standing("ref") is None
        assert await bank.gateway.lookup("ref") == NotFound()

    async def test_is_not_asked_for_by_an_order_that_was_lost(self):
        bank = Bank(timeout_before_rate=Fraction(1))
        assert isinstance(await bank.gateway.charge(REQUEST), Unknown)
        assert await bank.gateway.lookup("ref") == NotFound()
        assert isinstance(await bank.gateway.charge(REQUEST), AwaitsApproval)
        assert (await bank.approvals.answer("ref", PayerAnswer.APPROVE)).takings == 1

    async def test_is_found_where_the_first_answer_was_lost(self):
        bank = Bank(timeout_after_rate=Fraction(1))
        assert isinstance(await bank.gateway.charge(REQUEST), Unknown)
        assert isinstance(await bank.gateway.lookup("ref"), AwaitsApproval)
        assert isinstance(await bank.gateway.charge(REQUEST), AwaitsApproval)
