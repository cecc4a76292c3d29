import asyncio
import os
import sys
import time

from storm.books import GatewayBook
from storm.form import Fault
from storm.storm import Report, Storm
from storm.verdict import Judge
from storm.world import World


class Watch:
    """Where the time of a storm goes."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._parts = []

    def note(self, what):
        now = time.monotonic()
        self._parts.append(f"{what} {now - self._last:.0f} s")
        self._last = now

    def __str__(self) -> str:
        return f"time: {', '.join(self._parts)}"


class TestTheLoop:
    async def test_charges_every_renewal_exactly_once_whatever_dies(self, form, ground, tmp_path, tell):
        await weather(form, ground, tmp_path, tell)


class TestRecovery:
    async def test_tries_every_case_exactly_once_whatever_dies(self, form, ground, tmp_path, tell):
        await weather(form.of_recovery(), ground, tmp_path, tell)


async def weather(form, ground, tmp_path, tell):
    """Let a storm rage and hold what is left against what must be."""
    watch = Watch()
    async with World.inhabited(form, ground, folder=tmp_path) as (world, population):
        watch.note("set out")
        storm = Storm(world)
        is_over = await storm.rage()
        watch.note("raged")
        judge = Judge(population, admin_url=ground.admin_url, gateway_url=world.gateway_url)
        verdict = await judge.judge()
        watch.note("judged")
        report = Report.of(storm, world, await GatewayBook.read(world.gateway_url), verdict)
        for line in report.lines:
            tell(line)
        status, said = await audited(ground.admin_url, world.gateway_url, tmp_path)
        watch.note("reported and audited")
        tell(f"duro audit: {said}")
        tell(str(watch))
        ends = world.unexpected_ends()
    assert is_over, f"It wasn't over within {form.limit_seconds} seconds: {storm.last}.\n{verdict}"
    assert verdict.violations == (), str(verdict)
    assert (status, ends) == (0, []), said
    assert len(storm.chronicle.kills) == form.kills
    assert all(any(low <= share < low + 0.2 for share in storm.chronicle.kills) for low in (0, 0.2, 0.4, 0.6, 0.8)), (
        f"The kills were not spread over the run: {storm.chronicle.kills}"
    )
    assert storm.chronicle.count(Fault.QUEUE_FLUSHED) == form.flushes
    assert storm.chronicle.count(Fault.DATABASE_KILLED) == form.database_kills


async def audited(admin_url, gateway_url, folder):
    """Run `duro audit` as a person would; give its exit status and its last words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "duro.cli", "audit", "--gateway", gateway_url),
        cwd=folder,
        env={**os.environ, "DURO_DATABASE_URL": admin_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(120):
        output, _ = await process.communicate()
    return process.returncode, " / ".join(output.decode().split("\n")[-8:])
