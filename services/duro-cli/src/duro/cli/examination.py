import os
import platform
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final, final

from duro.cli.doctor_report import Finding
from duro.cli.errors import CommandError
from duro.cli.folder_lock import FolderLock
from duro.cli.home import Home
from duro.cli.ports import PortPlan
from duro.cli.running_file import RunningFile
from duro.db.database_probe import DatabaseProbe
from duro.db.kept_notices import WaitingNotices
from duro.db.pool import DatabasePool
from duro.db.waiting_money import WaitingMoney
from duro.db.waiting_reviews import WaitingReviews
from duro.embedded import EmbeddedPostgres, EmbeddedServerError, EmbeddedValkey
from duro.queue import RedisProbe

_LEAST_FREE_BYTES: Final = 500_000_000
_PATIENCE_SECONDS: Final = 5.0


@final
class Examination:
    """Looks at everything `duro up` needs and changes nothing."""

    def __init__(self, *, home: Home, environ: Mapping[str, str]) -> None:
        self._home = home
        self._environ = environ

    async def findings(self) -> AsyncIterator[Finding]:
        yield Finding("python", f"{platform.python_version()} ({sys.executable})", sys.version_info >= (3, 11))
        yield Finding("machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores")
        yield self._folder()
        yield self._space()
        yield self._running()
        yield await self._database()
        yield await self._redis()
        yield self._ports()
        for waiting in await self._waiting():
            yield waiting

    def _folder(self) -> Finding:
        folder = self._nearest(self._home.folder)
        is_writable = os.access(folder, os.W_OK)
        words = "can be written" if is_writable else f"{folder} can't be written"
        return Finding("folder", f"{self._home.folder}: {words}", is_writable)

    def _space(self) -> Finding:
        free = shutil.disk_usage(self._nearest(self._home.folder)).free
        return Finding("disk", f"{free / 1e9:.1f} GB free", free >= _LEAST_FREE_BYTES)

    def _running(self) -> Finding:
        if not FolderLock.is_held(self._home.lock_path):
            return Finding("duro up", "does not run on this folder")
        running = RunningFile.read(self._home.running_path)
        return Finding("duro up", "is starting" if running is None else f"runs, pid {running.pid}, {running.api_url}")

    async def _database(self) -> Finding:
        url = self._environ.get("DURO_DATABASE_URL")
        if not url:
            return self._embedded("PostgreSQL", EmbeddedPostgres(self._home.folder))
        trouble = await DatabaseProbe(url, seconds=_PATIENCE_SECONDS).trouble()
        return Finding("PostgreSQL", f"DURO_DATABASE_URL: {trouble or 'answers'}", trouble is None)

    async def _redis(self) -> Finding:
        url = self._environ.get("DURO_REDIS_URL")
        if not url:
            return self._embedded("Valkey", EmbeddedValkey(self._home.folder))
        probe = RedisProbe(url)
        is_reachable = await probe.is_reachable()
        await probe.close()
        return Finding("Valkey", f"DURO_REDIS_URL {'answers' if is_reachable else 'does not answer'}", is_reachable)

    def _ports(self) -> Finding:
        try:
            plan = PortPlan.choose(self._environ)
        except CommandError as error:
            return Finding("ports", str(error), is_well=False)
        words = f"{plan.public_api} for the API, {plan.worker_health} for the worker, {plan.gateway} for the gateway"
        return Finding("ports", f"would take {words}")

    async def _waiting(self) -> tuple[Finding, ...]:
        """Count what waits for a person, where a database answers already."""
        running = RunningFile.read(self._home.running_path) if FolderLock.is_held(self._home.lock_path) else None
        url = self._environ.get("DURO_DATABASE_URL") or (running and running.database_url)
        if not url:
            return ()
        probe = DatabaseProbe(url, seconds=_PATIENCE_SECONDS)
        if await probe.trouble() is not None or not await probe.is_migrated():
            return ()
        pool = await DatabasePool.open(url, min_size=1, max_size=1)
        try:
            notices, reviews = await WaitingNotices(pool).count(), await WaitingReviews(pool).count()
            money = len(await WaitingMoney(pool).all())
        finally:
            await pool.close()
        waiting = {"notices": notices, "reviews": reviews, "money": money}
        return tuple(self._for_a_person(what, count) for what, count in waiting.items())

    @staticmethod
    def _for_a_person(what: str, count: int) -> Finding:
        words = f"{count} wait for a person (duro {what} lists them)" if count else "none waits for a person"
        return Finding(what, words)

    @staticmethod
    def _nearest(place: Path) -> Path:
        return next(folder for folder in (place, *place.parents) if folder.exists())

    @staticmethod
    def _embedded(what: str, server: EmbeddedPostgres | EmbeddedValkey) -> Finding:
        try:
            placement = server.placement
        except EmbeddedServerError as error:
            return Finding(what, str(error), is_well=False)
        reason = f", because {placement.reason}" if placement.reason else ""
        return Finding(what, f"our own, in {placement.folder} as {placement.account.name}{reason}")
