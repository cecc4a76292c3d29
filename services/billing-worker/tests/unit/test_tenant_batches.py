import asyncio

import pytest

from duro.billing_worker.tenant_batches import TenantBatches
from duro.kernel import SubscriptionId, TenantId
from duro.merchant_api.billing import Renewal, RenewalOutcome

CHARGED, PENDING = Renewal(RenewalOutcome.CHARGED), Renewal(RenewalOutcome.PENDING)


class Renewals:
    """Notes the batches it is asked for; some subscriptions are slow to settle, some break their whole batch."""

    def __init__(self) -> None:
        self.batches: list[tuple[TenantId, list[SubscriptionId]]] = []
        self.broken: set[SubscriptionId] = set()
        self.slow: set[SubscriptionId] = set()
        self.settled = asyncio.Event()

    async def renew_each(self, tenant_id, subscription_ids):
        self.batches.append((tenant_id, list(subscription_ids)))
        if self.broken.intersection(subscription_ids):
            raise RuntimeError
        for one in sorted(subscription_ids, key=lambda each: each in self.slow):
            if one in self.slow:
                await self.settled.wait()
            yield one, PENDING if one in self.slow else CHARGED


@pytest.fixture
def renewals() -> Renewals:
    return Renewals()


@pytest.fixture
def batches(renewals) -> TenantBatches:
    return TenantBatches(renewals.renew_each, window_seconds=0.005, most=3)


class TestTenantBatches:
    async def test_share_a_claim_within_a_tenant_and_never_across(self, batches, renewals, ids):
        one, other = ids.new(TenantId), ids.new(TenantId)
        asked = [(one, ids.new(SubscriptionId)) for _ in range(2)] + [(other, ids.new(SubscriptionId))]
        assert await asyncio.gather(*(batches.work(*each) for each in asked)) == [CHARGED] * 3
        assert renewals.batches == [(one, [asked[0][1], asked[1][1]]), (other, [asked[2][1]])]

    async def test_ask_once_for_a_subscription_that_is_asked_for_twice(self, batches, renewals, ids):
        asked = (ids.new(TenantId), ids.new(SubscriptionId))
        assert await asyncio.gather(batches.work(*asked), batches.work(*asked)) == [CHARGED, CHARGED]
        assert renewals.batches == [(asked[0], [asked[1]])]

    async def test_are_no_larger_than_they_may_be(self, batches, renewals, ids):
        tenant = ids.new(TenantId)
        await asyncio.gather(*(batches.work(tenant, ids.new(SubscriptionId)) for _ in range(7)))
        assert [len(batch) for _, batch in renewals.batches] == [3, 3, 1]

    async def test_tell_each_job_as_soon_as_it_is_settled(self, batches, renewals, ids):
        tenant, quick, slow = ids.new(TenantId), ids.new(SubscriptionId), ids.new(SubscriptionId)
        renewals.slow.add(slow)
        waiting = asyncio.create_task(batches.work(tenant, slow))
        assert await batches.work(tenant, quick) == CHARGED
        assert not waiting.done()
        renewals.settled.set()
        assert await waiting == PENDING

    async def test_try_alone_whatever_a_failed_batch_left_without_a_result(self, batches, renewals, ids):
        tenant, sound, broken = ids.new(TenantId), ids.new(SubscriptionId), ids.new(SubscriptionId)
        renewals.broken.add(broken)
        results = await asyncio.gather(
            batches.work(tenant, sound), batches.work(tenant, broken), return_exceptions=True
        )
        assert results[0] == CHARGED
        assert isinstance(results[1], RuntimeError)

    async def test_go_on_when_a_job_gives_up_waiting(self, batches, renewals, ids):
        tenant, left, kept = ids.new(TenantId), ids.new(SubscriptionId), ids.new(SubscriptionId)
        leaving = asyncio.create_task(batches.work(tenant, left))
        staying = asyncio.create_task(batches.work(tenant, kept))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == CHARGED
