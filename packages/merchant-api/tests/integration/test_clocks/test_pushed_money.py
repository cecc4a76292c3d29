"""Payers on a test clock who are asked to push money: asked, looked for and told of by that clock alone."""

from dataclasses import replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import SubscriptionStatus
from duro.kernel import Currency, Mode, Money, PaymentRequestId
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.dunning import DunningService
from duro.merchant_api.pushed import RequestService
from duro.payments import Declined, InMemoryIssuerLedger, SimulatedGateway, SimulatedPaymentRequests, SimulatedProvider
from duro.payments.simulated import PayerOrder
from duro.testkit.stepping_clock import SteppingClock

LEASE = TimeDelta(seconds=60)
HOUR = TimeDelta(hours=1)
RENEWAL = Instant.from_utc(2030, 2, 28, hour=12)


class StolenLater:
    """The simulated provider, where the card is stolen after its first charge."""

    def __init__(self, inner: SimulatedGateway) -> None:
        self._inner = inner
        self._charges = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def charge(self, request):
        self._charges += 1
        if self._charges > 1:
            return Declined("43", "Stolen card", None)
        return await self._inner.charge(request)


class TestPushedMoneyOnATestClock:
    @pytest.fixture
    def real(self) -> SteppingClock:
        return SteppingClock(Instant.from_utc(2026, 3, 31))

    @pytest.fixture
    def provider(self, real) -> SimulatedProvider:
        return SimulatedProvider.over(InMemoryIssuerLedger(), clock=real)

    @pytest.fixture
    async def town(self, towns, noon, real, provider):
        gateway = StolenLater(SimulatedGateway(provider.issuer, timeout=TimeDelta(seconds=10)))
        town = await towns.on_test_clock(noon, real=real, gateway=gateway)
        asking = [SimulatedPaymentRequests(provider.pushes)]
        gateways = GatewayRegistry(Mode.TEST, [gateway], is_development=True, asking=asking)
        one = town.services
        town.services = replace(
            one,
            gateways=gateways,
            dunning=DunningService(one.contexts, gateways, ids=one.ids, clock=real, lease=LEASE),
            requests=RequestService(one.contexts, gateways, ids=one.ids, clock=real, lease=LEASE),
        )
        await town.start(await town.plan())
        yield town
        assert await town.findings() == ()

    async def _requests(self, town):
        return await town.read("select * from test.payment_requests where tenant_id = $1 order by id")

    async def test_is_asked_for_and_found(self, town, provider):
        await town.until(RENEWAL + HOUR)
        [request] = await self._requests(town)
        assert (request["status"], request["created_at"]) == ("open", RENEWAL)
        reference = PaymentRequestId(request["id"]).suffix
        await provider.pushes.pay(PayerOrder(reference, None, Money(500_000, Currency("NGN"))))
        await town.until(RENEWAL + 27 * HOUR)
        assert (await town.subscription()).status is SubscriptionStatus.ACTIVE
        [payment] = await town.read("select * from test.incoming_payments where tenant_id = $1")
        assert RENEWAL + HOUR < payment["created_at"] <= RENEWAL + 27 * HOUR

    async def test_lets_an_advance_over_everything_end(self, town):
        assert not (await town.advance(RENEWAL + 24 * 60 * HOUR)).is_advancing
        assert [(one["rail"], one["status"], one["look_at"]) for one in await self._requests(town)] == [
            ("transfer", "closed", None),
            ("virtual_account", "closed", None),
        ]
        assert (await town.subscription()).status is SubscriptionStatus.UNPAID
