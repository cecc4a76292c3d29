from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.billing import TestClock
from duro.db.contexts import RepositoryContexts
from duro.kernel import Clock, IdFactory, TenantId, TestClockId
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTestClockCommand:
    """What a new test clock is called, and where it stands; without an instant it stands at the real time."""

    name: str
    now: Instant | None = None


@final
class CreateTestClock:
    """Sets up a time of its own, for customers to be created on."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock

    async def execute(
        self, tenant_id: TenantId, command: CreateTestClockCommand, receipt: Receipt[TestClock] = _UNSIGNED
    ) -> TestClock:
        """Raise TestModeOnlyError in live mode."""
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            now = self._clock.now()
            test_clock = TestClock(
                id=ids.new(TestClockId),
                name=command.name,
                now=command.now or now,
                target=None,
                runner=None,
                running_until=None,
                created_at=now,
                updated_at=now,
            )
            await repos.test_clocks.insert(test_clock)
            await receipt.sign(repos, test_clock)
        return test_clock
