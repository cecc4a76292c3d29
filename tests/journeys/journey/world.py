from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from whenever import Instant, Time, TimeDelta

from duro.db import DatabasePool
from duro.db.audit import Audit
from duro.kernel import IdFactory, Mode, PaymentAttemptId
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.stepping_clock import SteppingClock
from journey.banks import Bank
from journey.worker import Worker

_SUCCEEDED = "select id, amount from {mode}.payment_attempts where status = 'succeeded'"


class World:
    """One clock, one database, the public API over HTTP, a billing worker and a bank."""

    def __init__(
        self,
        *,
        clock: SteppingClock,
        api_url: str,
        worker: Worker,
        hire: Callable[[], AbstractAsyncContextManager[Worker]],
        bank: Bank,
        admin: DatabasePool,
    ) -> None:
        self.clock = clock
        self.hire = hire
        self.api_url = api_url
        self.worker = worker
        self.bank = bank
        self.admin = admin

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database: ClonedDatabase, redis_url: str, *, clock: SteppingClock, ids: IdFactory, bank: Bank
    ) -> AsyncIterator["World"]:
        settings = Settings(
            is_development=True,
            test_database_url=database.test_url,
            live_database_url=database.live_url,
            pool_size=4,
        )
        gateway = bank.gateway()
        api = await Composition.open(settings, Collaborators(clock, ids, bank.gateway()))
        admin = await DatabasePool.open(database.admin_url, max_size=4)
        async with PublicApiServer(api) as server:
            hire = partial(Worker.open, database, redis_url, gateway=gateway, clock=clock)
            async with hire() as worker:
                yield cls(clock=clock, api_url=server.url, worker=worker, hire=hire, bank=bank, admin=admin)
            await gateway.close()
        await admin.close()

    async def reach(self, when: str) -> list[str]:
        """Let it become this instant, nine in the morning (UTC) if only a day is named, and let the worker work.

        Names what it worked on.
        """
        self.clock.set(self._instant(when))
        return await self.worker.tick()

    async def lives_until(self, when: str) -> None:
        """Let it become this instant in live mode, the worker at work every morning before and then, to the end.

        Nine in the morning (UTC) is meant if only a day is named.
        """
        until = self._instant(when)
        while (morning := self._next_morning()) < until:
            self.clock.set(morning)
            await self.worker.settle(Mode.LIVE)
        self.clock.set(until)
        await self.worker.settle(Mode.LIVE)

    async def taken(self) -> list[int]:
        """The amounts that the bank took in this world and keeps, in the order it was first asked."""
        return [charge.amount for charge in (await self.bank.charges()).values() if charge.takings]

    def _next_morning(self) -> Instant:
        now = self.clock.now().to_fixed_offset()
        today = now.date().at(Time(9)).assume_utc()
        return today if self.clock.now() < today else today + TimeDelta(hours=24)

    @staticmethod
    def _instant(when: str) -> Instant:
        return Instant.parse_iso(when if "T" in when else f"{when}T09:00:00Z")

    async def is_in_order(self) -> None:
        """The books of both modes are clean, and the bank took exactly what they say was paid, each charge once."""
        for mode in Mode:
            assert (await Audit(self.admin).run(mode)).findings == ()
        paid: dict[str, int] = {}
        async with self.admin.acquire() as connection:
            for mode in Mode:
                rows = await connection.fetch(_SUCCEEDED.format(mode=mode.value))
                paid |= {PaymentAttemptId(row["id"]).suffix: row["amount"] for row in rows}
        charges = await self.bank.charges()
        assert {reference: charge.amount for reference, charge in charges.items() if charge.takings} == paid
        assert {charge.takings for charge in charges.values()} <= {0, 1}
