"""Payers on a test clock whose bank wants their approval: the case lives by that clock, the bank by real time."""

from dataclasses import replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import SubscriptionStatus
from duro.db.records import Initiator
from duro.kernel import DunningScheduleId
from duro.merchant_api.dunning import RetryNow
from duro.merchant_api.transactions import LookUpTransaction
from duro.payments import InMemoryIssuerLedger, SimulatedCard, SimulatedGateway, SimulatedProvider
from duro.payments.simulated import PayerAnswer
from duro.testkit.stepping_clock import SteppingClock
from duro.testkit.trusted_clock import TrustedClock

HOUR = TimeDelta(hours=1)
MINUTE = TimeDelta(minutes=1)
RENEWAL = Instant.from_utc(2030, 2, 28, hour=12)


class AskedLater:
    """The simulated provider, where the card's bank wants approvals after its first charge."""

    def __init__(self, inner: SimulatedGateway) -> None:
        self._inner = inner
        self._charges = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def charge(self, request):
        self._charges += 1
        token = request.token if self._charges == 1 else SimulatedCard.APPROVAL.token
        return await self._inner.charge(replace(request, token=token))


class TestAnApprovalOnATestClock:
    @pytest.fixture
    def real(self) -> SteppingClock:
        return SteppingClock(Instant.from_utc(2026, 3, 31))

    @pytest.fixture
    def provider(self, real) -> SimulatedProvider:
        return SimulatedProvider.over(InMemoryIssuerLedger(), clock=real)

    @pytest.fixture
    async def town(self, towns, noon, real, provider):
        gateway = AskedLater(SimulatedGateway(provider.issuer, timeout=TimeDelta(seconds=10)))
        town = await towns.on_test_clock(noon, real=real, gateway=gateway)
        await town.start(await town.plan())
        await town.until(RENEWAL + HOUR)
        yield town
        assert await town.findings() == ()

    @pytest.fixture
    async def waiting(self, town):
        """The attempt that its payer has just asked for."""
        services = town.services
        [case] = await town.read("select * from test.dunning_schedules where tenant_id = $1")
        assert (case["state"], case["action"]) == ("awaiting_customer", "request_authentication")
        retry = RetryNow(services.contexts, services.collection, TrustedClock(), ids=services.ids)
        told = await retry.execute(town.tenant_id, DunningScheduleId(case["id"]), initiator=Initiator.PAYER)
        [attempt] = [attempt for attempt in told.attempts if attempt.approval_url is not None]
        assert (attempt.created_at, attempt.claimed_until) == (RENEWAL + HOUR, RENEWAL + HOUR + MINUTE / 2)
        return attempt

    async def test_is_found_as_that_clock_goes_on(self, town, provider, waiting):
        await provider.approvals.answer(waiting.reference, PayerAnswer.APPROVE)
        await town.until(RENEWAL + 2 * HOUR)
        assert (await town.subscription()).status is SubscriptionStatus.ACTIVE

    async def test_is_found_by_a_payer_who_comes_back(self, town, provider, waiting):
        services = town.services
        await provider.approvals.answer(waiting.reference, PayerAnswer.APPROVE)
        look_up = LookUpTransaction(services.contexts, services.pending, clock=services.clock)
        assert (await look_up.execute(town.tenant_id, waiting.id)).settled_at == RENEWAL + HOUR

    async def test_ends_when_the_bank_s_time_for_it_is_over(self, town, real, waiting):
        await town.until(RENEWAL + 2 * HOUR)
        [attempt] = await town.read("select * from test.payment_attempts where tenant_id = $1 and status = 'pending'")
        assert attempt["claimed_until"] > RENEWAL + 2 * HOUR
        real.advance(15 * MINUTE)
        await town.until(RENEWAL + 3 * HOUR)
        [case] = await town.read("select * from test.dunning_schedules where tenant_id = $1")
        assert (case["state"], case["action"]) == ("awaiting_customer", "request_authentication")
        assert case["attempts_made"] == 2
