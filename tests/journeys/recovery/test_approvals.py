"""A bank that wants its customer: nothing is taken without them, and once they have approved it."""

import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.db import DatabasePool, RepositoryContexts
from duro.db.records import AttemptStatus, Initiator, PaymentAttempt
from duro.kernel import DunningScheduleId, Mode
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.dunning import RetryNow
from duro.payments import SimulatedCard
from duro.payments.simulated import PayerAnswer
from duro.testkit.trusted_clock import TrustedClock
from journey import Shop, World
from journey.case import Case
from journey.happenings import AGAIN, ASKED, FAILED, RECOVERED

APPROVE, REFUSE = PayerAnswer.APPROVE, PayerAnswer.REFUSE


@pytest_asyncio.fixture(loop_scope="session")
async def asks(database, world: World, shop: Shop, ids):
    """Have a payer ask for the charge of their case, as the page of their link does; give what then waits for them."""
    pool = await DatabasePool.open(database.live_url, max_size=2)
    contexts = RepositoryContexts(pool, Mode.LIVE, clock=world.clock, ids=ids)
    gateways = GatewayRegistry(Mode.LIVE, [world.bank.gateway()], is_development=True)
    collection = Collection(contexts, gateways, ids=ids, clock=world.clock, lease=TimeDelta(seconds=60))
    retry = RetryNow(contexts, collection, TrustedClock(), ids=ids)

    async def ask(case: Case) -> PaymentAttempt:
        told = await retry.execute(
            shop.merchant.tenant.id,
            DunningScheduleId.parse(case.id),
            initiator=Initiator.PAYER,
            return_url="https://pay.example.com/pay/token",
        )
        attempt = told.attempts[-1]
        assert (attempt.status, attempt.approval_url is not None) == (AttemptStatus.PENDING, True)
        return attempt

    yield ask
    await pool.close()


@pytest.fixture
def wants_approval(fails):
    """Have a subscription whose renewal was declined since its card's bank wants the payer's approval."""

    async def happen():
        subscription, case = await fails(card=SimulatedCard.APPROVAL)
        await subscription.is_told(*FAILED, *ASKED)
        await case.shows(state="awaiting_customer", action="request_authentication", nextAttemptAt=None)
        return subscription, case

    return happen


class TestABankThatWantsItsCustomer:
    @pytest_asyncio.fixture(loop_scope="session")
    async def world(self, database, redis_url, clock, ids, bank):
        """Give a world whose bank tells of what payers answer."""
        async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank, rails=bank) as world:
            yield world
            await world.is_in_order()

    async def test_takes_the_money_when_they_follow_the_link_and_approve_it(self, world: World, wants_approval, asks):
        subscription, case = await wants_approval()
        await world.lives_until("2026-02-15T12:00:00Z")
        waiting = await asks(case)
        await case.refuses("retry-now", code="payment_in_progress")
        await world.lives_until("2026-02-15T12:02:00Z")
        await subscription.is_told_nothing()
        await case.tried("2026-02-15 09:00 card failed 1A", "2026-02-15 12:00 card pending")
        assert await world.taken() == []

        await world.bank.hears(APPROVE, waiting.reference)
        await world.lives_until("2026-02-15T12:03:00Z")
        await subscription.is_told(*RECOVERED)
        await subscription.shows(status="active", currentPeriodEnd="2026-03-15T09:00:00Z", cyclesCompleted=1)
        await case.shows(state="recovered")
        await world.lives_until("2026-02-25")
        await subscription.is_told_nothing()
        await case.went(
            "2026-02-15 09:00 opened",
            "2026-02-15 09:00 asked request_authentication",
            "2026-02-15 12:03 recovered request_authentication",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 authentication_link email",
            "2026-02-15 12:03 receipt email",
            "2026-02-15 12:03 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 1A succeeded")
        assert await world.taken() == [500_000]


class TestAnApprovalThatDoesNotCome:
    async def test_is_asked_for_again_until_it_does(self, world: World, wants_approval, asks):
        subscription, case = await wants_approval()
        await world.lives_until("2026-02-15T12:00:00Z")
        await asks(case)
        await world.lives_until("2026-02-15T12:10:00Z")
        await subscription.is_told_nothing()
        await world.lives_until("2026-02-15T12:20:00Z")
        await subscription.is_told(*AGAIN, *ASKED)
        await world.lives_until("2026-02-15T13:00:00Z")
        refused = await asks(case)
        await world.bank.hears(REFUSE, refused.reference)
        await world.lives_until("2026-02-15T13:01:00Z")
        await subscription.is_told(*AGAIN, *ASKED)
        await world.lives_until("2026-02-15T14:00:00Z")
        await subscription.is_told_nothing()
        approved = await asks(case)
        await world.bank.hears(APPROVE, approved.reference)
        await world.lives_until("2026-02-15T14:01:00Z")
        await subscription.is_told(*RECOVERED)
        await case.tried(
            "2026-02-15 09:00 card failed 1A",
            "2026-02-15 12:00 card failed 1A",
            "2026-02-15 13:00 card failed 1A",
            "2026-02-15 14:00 card succeeded",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 authentication_link email",
            "2026-02-15 14:01 receipt email",
            "2026-02-15 14:01 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 1A failed 1A failed 1A succeeded")
        assert await world.taken() == [500_000]

    async def test_ends_the_case_at_its_deadline(self, world: World, wants_approval, asks):
        subscription, case = await wants_approval()
        deadline = (await case.read())["deadlineAt"]
        await world.lives_until("2026-03-20T12:00:00Z")
        await asks(case)
        await world.lives_until("2026-03-20T12:30:00Z")
        await subscription.was_told(*AGAIN, *ASKED)
        await world.lives_until(deadline)
        await subscription.is_told("subscription_unpaid")
        await case.shows(state="exhausted")
        await world.lives_until("2026-04-16")
        await subscription.is_told_nothing()
        await subscription.was_billed("2026-02-15..2026-03-15 uncollectible: failed 1A failed 1A")
        assert await world.taken() == []


class TestARenewalAfterAnApproval:
    async def test_wants_one_again_if_the_bank_says_so(self, world: World, wants_approval, asks):
        subscription, case = await wants_approval()
        await world.lives_until("2026-02-15T12:00:00Z")
        waiting = await asks(case)
        await world.bank.hears(APPROVE, waiting.reference)
        await world.lives_until("2026-02-15T12:01:00Z")
        await subscription.was_told(*RECOVERED)
        await world.lives_until("2026-03-15")
        await subscription.is_told(*FAILED, *ASKED)
        await subscription.was_billed(
            "2026-02-15..2026-03-15 paid: failed 1A succeeded", "2026-03-15..2026-04-15 open: failed 1A"
        )
