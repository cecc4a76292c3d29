from typing import final

from duro.billing import TestClock
from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.kernel import NotFoundError, TenantId, TestClockId


@final
class GetTestClock:
    """Finds one test clock."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, clock_id: TestClockId) -> TestClock:
        """Raise NotFoundError, or TestModeOnlyError in live mode."""
        async with self._contexts.open(tenant_id) as repos:
            test_clock = await repos.test_clocks.get(clock_id)
        if test_clock is None:
            raise NotFoundError("test clock", clock_id)
        return test_clock


@final
class ListTestClocks:
    """Lists test clocks, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, page: PageRequest) -> Page[TestClock]:
        """Raise TestModeOnlyError in live mode."""
        async with self._contexts.open(tenant_id) as repos:
            return await repos.test_clocks.list(page)
