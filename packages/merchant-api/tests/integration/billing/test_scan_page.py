from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from whenever import TimeDelta

from duro.db import DatabasePool
from duro.db.sweeps import Sweeps
from duro.payments import SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, SubscriptionBuilder
from duro.testkit.page_examples import PageExamples

PAGE = Path(__file__).parents[5] / "docs" / "explanation" / "scan-and-process.md"


@pytest_asyncio.fixture(loop_scope="session")
async def sweep(database) -> AsyncIterator[DatabasePool]:
    pool = await DatabasePool.open(database.sweep_url, max_size=2)
    yield pool
    await pool.close()


class TestThePageOfScanAndProcess:
    async def test_shows_examples_that_are_true(self, loop, clock, sweep):
        async def subscription(card: SimulatedCard, **fields):
            customer = await loop.merchant.customer()
            method = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=card))
            builder = SubscriptionBuilder(**fields)
            return await loop.merchant.subscription(customer=customer, method=method, builder=builder)

        async def attempt_of(subscription_id):
            [(_, [attempt])] = await loop.invoices(subscription_id)
            return attempt

        names = {
            "mode": loop.contexts.mode,
            "tenant_id": loop.merchant.tenant.id,
            "clock": clock,
            "sweeps": Sweeps(sweep),
            "billing": loop.billing,
            "pending": loop.pending,
            "due": await subscription(SimulatedCard.APPROVE),
            "unanswered": await subscription(
                SimulatedCard.TIMEOUT_AFTER, current_period_end=clock.now() + TimeDelta(seconds=1)
            ),
            "attempt_of": attempt_of,
            "TimeDelta": TimeDelta,
        }
        examples = PageExamples(PAGE)
        assert await examples.surprises(names) == []
        assert len(examples) == 12
