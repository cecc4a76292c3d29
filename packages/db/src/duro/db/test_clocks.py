from importlib.resources import files
from itertools import takewhile
from typing import Final, final

from asyncpg import Record

from duro.billing import TestClock
from duro.db.due_rounds import DueKind, DueQuestion, DueRound
from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.session import TenantSession
from duro.kernel import AdvanceId, NotFoundError, TestClockId

_DUE: Final = (files("duro.db") / "sql" / "due_on_test_clock.sql").read_text()
_LISTING: Final = Listing(
    table="test_clocks", columns="id, name, now, target, runner, running_until, created_at, updated_at"
)
_GET: Final = """
    select id, name, now, target, runner, running_until, created_at, updated_at
    from {schema}.test_clocks where tenant_id = $1 and id = $2"""
_HOLD: Final = _GET + " for share"
_LOCK: Final = _GET + " for no key update"
_INSERT: Final = """
    insert into {schema}.test_clocks (tenant_id, id, name, now, target, runner, running_until, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
_UPDATE: Final = """
    update {schema}.test_clocks
    set name = $3, now = $4, target = $5, runner = $6, running_until = $7, created_at = $8, updated_at = $9
    where tenant_id = $1 and id = $2"""


@final
class TestClockRepository:
    """The tenant's test clocks; live mode has none, not even the table."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, clock_id: TestClockId) -> TestClock | None:
        row = await self._session.fetchrow(_GET, clock_id.value)
        return None if row is None else self.read(row)

    async def hold(self, clock_id: TestClockId) -> TestClock | None:
        """Read a clock that stays as it is until the transaction ends; others may hold it as well."""
        row = await self._session.fetchrow(_HOLD, clock_id.value)
        return None if row is None else self.read(row)

    async def lock(self, clock_id: TestClockId) -> TestClock | None:
        """Read a clock to change it: wait for all who hold it."""
        row = await self._session.fetchrow(_LOCK, clock_id.value)
        return None if row is None else self.read(row)

    async def list(self, page: PageRequest) -> Page[TestClock]:
        rows = await _LISTING.rows(self._session, page)
        return page.cut(rows, read=self.read, id_of=lambda clock: clock.id)

    async def insert(self, clock: TestClock) -> None:
        await self._session.execute(_INSERT, *self._values(clock))

    async def update(self, clock: TestClock) -> None:
        if not await self._session.execute(_UPDATE, *self._values(clock)):
            raise NotFoundError("test clock", clock.id)

    async def due(self, clock_id: TestClockId, question: DueQuestion) -> DueRound | None:
        """Read what falls due next for the clock's customers: by instant, then kind, then id."""
        rows = await self._session.fetch(
            _DUE,
            clock_id.value,
            question.up_to,
            list(question.skipped),
            question.limit,
            question.unfinished_after.total("seconds"),
            question.unpaid_after.total("seconds"),
        )
        if not rows:
            return None
        due_at, kind = rows[0]["due_at"], DueKind(rows[0]["kind"])
        together = takewhile(
            lambda row: (row["due_at"], row["kind"]) == (due_at, kind), rows if kind.is_shared else rows[:1]
        )
        return DueRound(due_at, kind, tuple(row["id"] for row in together))

    @staticmethod
    def read(row: Record) -> TestClock:
        runner = row["runner"]
        return TestClock(
            id=TestClockId(row["id"]),
            name=row["name"],
            now=row["now"],
            target=row["target"],
            runner=None if runner is None else AdvanceId(runner),
            running_until=row["running_until"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )

    @staticmethod
    def _values(clock: TestClock) -> tuple[object, ...]:
        return (
            clock.id.value,
            clock.name,
            clock.now,
            clock.target,
            None if clock.runner is None else clock.runner.value,
            clock.running_until,
            clock.created_at,
            clock.updated_at,
        )
