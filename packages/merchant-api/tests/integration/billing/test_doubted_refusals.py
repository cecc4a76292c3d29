"""An answer that only looks like a refusal is looked up: nothing is charged again while money may have moved."""

from dataclasses import dataclass, field

import pytest
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.db.records import AttemptStatus
from duro.kernel import Money
from duro.merchant_api.billing import BillingService, GatewayRegistry, PendingService, RenewalOutcome
from duro.payments import Approved, Declined

LEASE = TimeDelta(seconds=60)


@dataclass
class Doubtful:
    """A provider that answers charges and look-ups with one code, until it has made up its mind."""

    code: str
    name: str = "simulated"
    settle_window: TimeDelta = TimeDelta(seconds=20)
    is_moving_money: bool = False
    has_idempotent_references: bool = True
    sent: list[str] = field(default_factory=list)
    taken: Money | None = None

    async def charge(self, request):
        self.sent.append(request.reference)
        return self.answer(request.reference)

    async def lookup(self, reference):
        return self.answer(reference)

    def answer(self, reference):
        if self.taken is not None:
            return Approved(reference, self.taken)
        return Declined(self.code, "We are not sure.")

    @staticmethod
    def minimum(currency) -> Money:
        return Money(5_000, currency)


@dataclass
class Doubted:
    """A renewal whose charge was answered in doubt."""

    loop: object
    gateway: Doubtful
    subscription: object
    pending: PendingService

    async def attempts(self):
        [(_, attempts)] = await self.loop.invoices(self.subscription.id)
        return attempts

    async def look(self) -> RenewalOutcome:
        [attempt] = await self.attempts()
        return await self.pending.resolve(self.loop.merchant.tenant.id, attempt.id)


@pytest.fixture
def doubted(loop, clock, ids):
    async def renew(code: str) -> Doubted:
        gateway = Doubtful(code)
        gateways = GatewayRegistry(loop.contexts.mode, [gateway], is_development=True)
        subscription = await loop.merchant.subscription()
        billing = BillingService(loop.contexts, gateways, ids=ids, clock=clock, lease=LEASE)
        assert await billing.renew(loop.merchant.tenant.id, subscription.id) is RenewalOutcome.PENDING
        pending = PendingService(loop.contexts, gateways, ids=ids, clock=clock, lease=LEASE)
        return Doubted(loop, gateway, subscription, pending)

    return renew


class TestAnAnswerInDoubt:
    @pytest.mark.parametrize("code", ["09", "26", "32", "68", "94"])
    async def test_is_no_refusal_and_moves_nothing(self, loop, doubted, code):
        renewal = await doubted(code)

        [attempt] = await renewal.attempts()
        assert attempt.status is AttemptStatus.PENDING
        assert (await loop.subscription(renewal.subscription.id)).status is SubscriptionStatus.ACTIVE

    @pytest.mark.parametrize("code", ["09", "94"])
    async def test_whose_money_was_taken_is_settled_by_the_look_up(self, loop, doubted, clock, code):
        renewal = await doubted(code)
        [attempt] = await renewal.attempts()
        clock.advance(LEASE)
        renewal.gateway.taken = attempt.amount

        assert await renewal.look() is RenewalOutcome.CHARGED
        assert renewal.gateway.sent == [attempt.reference]
        assert await loop.audit() == ()

    async def test_is_believed_once_a_look_up_repeats_it_if_another_try_may_follow(self, loop, doubted, clock):
        renewal = await doubted("09")
        [attempt] = await renewal.attempts()
        assert await renewal.pending.look_up_now(loop.merchant.tenant.id, attempt) is RenewalOutcome.PENDING
        clock.advance(LEASE)

        assert await renewal.look() is RenewalOutcome.DUNNING
        assert (await loop.subscription(renewal.subscription.id)).status is SubscriptionStatus.PAST_DUE

    async def test_that_is_never_cleared_up_is_a_persons_after_a_day(self, doubted, clock):
        renewal = await doubted("94")
        for _ in range(60):
            clock.advance(TimeDelta(minutes=30))
            assert await renewal.look() in {RenewalOutcome.PENDING, RenewalOutcome.SKIPPED}

        [attempt] = await renewal.attempts()
        assert (attempt.status, attempt.failure_code) == (AttemptStatus.REVIEW, "94")
        assert len(renewal.gateway.sent) == 1
