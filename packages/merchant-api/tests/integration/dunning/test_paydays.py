"""What is learned of payers' paydays, from the rows that their renewals leave."""

from dataclasses import dataclass, replace

import pytest_asyncio
from whenever import Instant, TimeDelta

from duro.billing import Zone
from duro.billing.recovery import DunningAction, PaydayBank, PaydayProfile
from duro.db.payday_profiles import PaydayProfileRepository, StoredProfile
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.dunning import RebuildPaydays
from duro.merchant_api.dunning.payday_learning import PaydayLearning
from duro.payments import Declined, FailureCodes
from duro.testkit.builders import CustomerBuilder, SubscriptionBuilder

NO_FUNDS = Declined("51", "Insufficient funds", None)
BROKEN = Declined("91", "Issuer unavailable", None)
MONTHS = range(5, 11)
ZONE = "Africa/Lagos"
INCOMING = """
    insert into test.incoming_payments (
        tenant_id, id, provider, reference, rail, amount, currency, subscription_id, received_at, created_at)
    values ($1, gen_random_uuid(), 'simulated', $4, 'transfer', 500000, 'NGN', $2, $3, $3) returning id"""
ALLOCATION = """
    insert into test.allocations (tenant_id, id, incoming_payment_id, subscription_id, amount, currency, created_at)
    values ($1, gen_random_uuid(), $2, $3, 250000, 'NGN', $4)"""

LATE = "update test.payment_attempts set settled_at = $1 where status = 'failed'"


@dataclass(frozen=True)
class Payer:
    """One person with a card at a merchant, and everything that is known of their paydays."""

    recovery: object
    merchant: object
    customer: object
    method: object
    learning: PaydayLearning

    async def renews(self, at: Instant, *answers: object, zone: str = ZONE):
        """Let a subscription of theirs come due, and be answered as is said; else it is paid."""
        self.recovery.clock.set(at)
        self.recovery.gateway.answers[:] = answers
        subscription = await self.merchant.subscription(
            customer=self.customer, method=self.method, builder=SubscriptionBuilder(zone=zone)
        )
        outcome = await self.recovery.billing.renew(self.merchant.tenant.id, subscription.id)
        assert outcome is (RenewalOutcome.DUNNING if answers else RenewalOutcome.CHARGED)
        return subscription

    async def decided(self, subscription):
        """Have the case of a subscription decided about."""
        async with self.recovery.contexts.open(self.merchant.tenant.id) as repos:
            [case] = await repos.dunning.lock_open(subscription.id)
        await self.recovery.dunning.process(self.merchant.tenant.id, case.id)
        async with self.recovery.contexts.open(self.merchant.tenant.id) as repos:
            return await repos.dunning.get(case.id)

    async def stored(self) -> StoredProfile | None:
        async with self.recovery.contexts.open(self.merchant.tenant.id) as repos:
            return (await repos.payday_profiles.read([self.customer.id])).get(self.customer.id)

    async def learned(self, *, keeping: bool = False, anew: bool = False):
        """Say what is believed of them now, from what is stored or from the first row on."""
        learn = self.learning.rebuild if anew else self.learning.recall
        async with self.recovery.contexts.open(self.merchant.tenant.id) as repos:
            found = await learn(repos, {self.customer.id: Zone(ZONE)}, now=self.recovery.clock.now())
            if keeping:
                await self.learning.keep(repos, list(found.values()))
        return found[self.customer.id]


@pytest_asyncio.fixture(loop_scope="session")
async def new_payer(recovery):
    async def build(merchant=None, **person: str) -> Payer:
        merchant = merchant or recovery.merchant
        customer = await merchant.customer(CustomerBuilder(**person))
        method = await merchant.payment_method(customer)
        learning = PaydayLearning(codes=FailureCodes.bundled(), bank=PaydayBank())
        return Payer(recovery, merchant, customer, method, learning)

    return build


class TestAPayerWithMoneyOnThe25th:
    async def test_is_waited_for_until_then_and_told_why(self, new_payer):
        payer = await new_payer()
        for month in MONTHS:
            await payer.renews(Instant.from_utc(2026, month, 25, 18))
            await payer.renews(Instant.from_utc(2026, month, 28, 18), NO_FUNDS)
        failed = await payer.renews(Instant.from_utc(2026, 11, 15, 18), NO_FUNDS)

        case = await payer.decided(failed)

        assert case.action is DunningAction.RETRY_PAYDAY
        planned = Zone(ZONE).local(case.next_attempt_at)
        assert (planned.date().month, planned.date().day, planned.hour) == (11, 25, 20)
        assert "Money was there on the 25th in 6 of the last 6 months." in case.reason

    async def test_is_a_stranger_to_another_merchant(self, new_payer, stage):
        person = {"email": "ada@example.com"}
        known, stranger = await new_payer(**person), await new_payer(await stage.merchant(), **person)
        for month in MONTHS:
            await known.renews(Instant.from_utc(2026, month, 25, 18))
        at = Instant.from_utc(2026, 11, 15, 18)
        told = [await payer.decided(await payer.renews(at, NO_FUNDS)) for payer in (known, stranger)]

        assert "Money was there on the 25th" in told[0].reason
        assert "Money was there" not in told[1].reason
        assert len((await known.learned()).now.sights) == 7
        assert len((await stranger.learned()).now.sights) == 1
        async with known.recovery.contexts.open(stranger.merchant.tenant.id) as repos:
            assert await repos.payday_profiles.read([known.customer.id]) == {}
            assert await repos.payday_profiles.sights({known.customer.id: None}) == {known.customer.id: []}


class TestWhatIsLearned:
    async def test_is_kept_when_a_case_is_decided_and_never_by_a_renewal(self, new_payer):
        payer = await new_payer()
        await payer.renews(Instant.from_utc(2026, 5, 25, 18))
        assert await payer.stored() is None

        await payer.decided(await payer.renews(Instant.from_utc(2026, 6, 15, 18), NO_FUNDS))

        stored = await payer.stored()
        assert stored.learned_until == Instant.from_utc(2026, 5, 25, 18)
        assert stored.zone == ZONE
        assert len(PaydayProfile.from_bytes(stored.profile).sights) == 1
        assert len((await payer.learned()).now.sights) == 2

    async def test_is_the_same_as_from_the_first_row_on(self, new_payer):
        payer = await new_payer()
        for month in MONTHS:
            await payer.renews(Instant.from_utc(2026, month, 2, 18), NO_FUNDS)
            await payer.renews(Instant.from_utc(2026, month, 25, 18))
            await payer.learned(keeping=True)
        payer.recovery.clock.set(Instant.from_utc(2026, 11, 1))

        step_by_step, at_once = await payer.learned(), await payer.learned(anew=True)

        assert step_by_step.now == at_once.now == at_once.kept.profile
        assert len(at_once.now.sights) == 12
        assert step_by_step.stored is not None

    async def test_says_nothing_of_an_answer_that_says_nothing_of_money(self, new_payer):
        payer = await new_payer()
        await payer.renews(Instant.from_utc(2026, 5, 25, 18), BROKEN)
        assert (await payer.learned()).now == PaydayProfile()

    async def test_counts_money_that_came_by_itself_once(self, new_payer):
        payer = await new_payer()
        at = Instant.from_utc(2026, 5, 25, 18)
        subscription = await payer.renews(at)
        tenant, theirs = payer.merchant.tenant.id.value, subscription.id.value
        async with payer.recovery.admin.acquire() as connection:
            for day, shares in ((1, 2), (2, 0)):
                came_at = at + TimeDelta(hours=24 * day)
                paid = await connection.fetchval(INCOMING, tenant, theirs, came_at, f"{theirs} {day}")
                for share in range(shares):
                    await connection.execute(ALLOCATION, tenant, paid, theirs, came_at + TimeDelta(hours=share))
        payer.recovery.clock.set(at + TimeDelta(hours=24 * 1.5))

        assert [sight & 1 for sight in (await payer.learned(keeping=True)).now.sights] == [1, 1]
        payer.recovery.clock.set(at + TimeDelta(hours=24 * 9))
        assert len((await payer.learned()).now.sights) == 2

    async def test_begins_again_for_what_another_version_wrote_or_in_another_zone(self, new_payer):
        payer = await new_payer()
        for month in MONTHS:
            await payer.renews(Instant.from_utc(2026, month, 25, 18))
        payer.recovery.clock.set(Instant.from_utc(2026, 11, 1))
        right = (await payer.learned()).now
        for written, zone in ((b"", ZONE), (b"\x63abc", ZONE), (right.to_bytes(), "Asia/Tokyo")):
            old = await payer.stored()
            foreign = StoredProfile(payer.customer.id, written, zone, payer.recovery.clock.now())
            async with payer.recovery.contexts.open(payer.merchant.tenant.id) as repos:
                assert await repos.payday_profiles.store([(foreign, old)]) == {payer.customer.id}
            assert (await payer.learned(keeping=True)).now == right
            assert (await payer.stored()).profile == right.to_bytes()

    async def test_is_never_written_over_what_somebody_else_wrote_meanwhile(self, new_payer):
        payer = await new_payer()
        await payer.renews(Instant.from_utc(2026, 5, 25, 18))
        payer.recovery.clock.set(Instant.from_utc(2026, 5, 26))
        slow = await payer.learned()
        await payer.renews(Instant.from_utc(2026, 6, 25, 18))
        payer.recovery.clock.set(Instant.from_utc(2026, 6, 26))
        quick = await payer.learned(keeping=True)

        async with payer.recovery.contexts.open(payer.merchant.tenant.id) as repos:
            assert await payer.learning.keep(repos, [slow]) == frozenset()

        assert (await payer.stored()).profile == quick.kept.profile.to_bytes()

    async def test_counts_a_settlement_that_was_dated_before_a_look_and_committed_after_it(self, new_payer):
        payer = await new_payer()
        await payer.renews(Instant.from_utc(2026, 5, 25, 18))
        payer.recovery.clock.set(Instant.from_utc(2026, 5, 25, 18, 30))
        await payer.learned(keeping=True)
        await payer.renews(Instant.from_utc(2026, 5, 25, 18, 31), NO_FUNDS)
        async with payer.recovery.admin.acquire() as connection:
            await connection.execute(LATE, Instant.from_utc(2026, 5, 25, 18, 20))
        payer.recovery.clock.set(Instant.from_utc(2026, 5, 26))

        assert (await payer.learned()).now == (await payer.learned(anew=True)).now
        assert len((await payer.learned()).now.sights) == 2

    async def test_takes_several_looks_where_very_much_became_known(self, new_payer, monkeypatch):
        payer = await new_payer()
        for month in MONTHS:
            await payer.renews(Instant.from_utc(2026, month, 25, 18))
            await payer.renews(Instant.from_utc(2026, month, 28, 18), NO_FUNDS)
        payer.recovery.clock.set(Instant.from_utc(2026, 11, 1))
        at_once = (await payer.learned(anew=True)).now
        monkeypatch.setattr(PaydayProfileRepository, "MOST_SIGHTS", 5)

        looks = [(await payer.learned(keeping=True)).now for _ in range(4)]

        assert [len(look.sights) for look in looks] == [5, 10, 12, 12]
        assert looks[-1] == at_once == (await payer.learned(anew=True)).now


class TestRebuildPaydays:
    async def test_builds_on_what_a_worker_wrote_meanwhile(self, new_payer, monkeypatch):
        payer = await new_payer()
        for month in MONTHS:
            await payer.renews(Instant.from_utc(2026, month, 25, 18))
        payer.recovery.clock.set(Instant.from_utc(2026, 11, 1))
        right = (await payer.learned(keeping=True)).now
        foreign = StoredProfile(payer.customer.id, b"\x63abc", ZONE, payer.recovery.clock.now())
        await self._write(payer, foreign)
        store, meanwhile = PaydayProfileRepository.store, [replace(foreign, profile=b"\x63def")]

        async def beaten(self, changes):
            while meanwhile:
                await TestRebuildPaydays._write(payer, meanwhile.pop())
            return await store(self, changes)

        monkeypatch.setattr(PaydayProfileRepository, "store", beaten)
        rebuild = RebuildPaydays(payer.recovery.contexts, clock=payer.recovery.clock, batch_size=1)
        batches = [batch async for batch in rebuild.execute(payer.merchant.tenant.id)]

        assert (sum(batch.written for batch in batches), meanwhile) == (1, [])
        assert await rebuild.count(payer.merchant.tenant.id) == sum(batch.payers for batch in batches)
        assert (await payer.stored()).profile == right.to_bytes()

    @staticmethod
    async def _write(payer, profile) -> None:
        async with payer.recovery.admin.acquire() as connection:
            await connection.execute(
                "update test.payday_profiles set profile = $2 where customer_id = $1",
                *(profile.customer_id.value, profile.profile),
            )
