"""Notices come twice, late, out of order or never, and API and worker are killed over them: all is known once."""

import os
import sys
from asyncio import create_subprocess_exec, subprocess, timeout

from duro.testkit import Deadline
from notices.books import OurBooks, Told
from notices.form import NoticeForm
from notices.town import Town


class TestNotices:
    async def test_are_acted_on_once_whatever_becomes_of_them_and_of_us(
        self, database, redis_url, processes, tmp_path, tell
    ):
        form = NoticeForm.asked(os.environ)
        town = Town(form, processes, database=database, redis_url=redis_url, folder=tmp_path)
        await town.settle_in()
        await town.start()
        ours = OurBooks(database.admin_url)
        patience = Deadline(form.limit_seconds, 0.1)

        everything = town.renewals + form.merchants * form.requests * 2
        for share in form.kills:
            await patience.until(lambda share=share: is_reached(ours, share * everything), f"{share:.0%} of everything")
            await town.kill_services()
        told = await patience.until(lambda: all_told(ours, town.gateway_url), "the end of all notices")
        heard = {reference for reference, *_ in await ours.arrivals()}
        await ours.look_again()
        await patience.until(lambda: knows_all(ours, told), "the look-up of what no notice told")

        charges = await ours.charges()
        assert (charges, set(charges.values())) == (told.charges, {1})
        assert charges.total() == await ours.paid_events() == town.renewals
        assert set(told.arrivals.values()) == {1}
        assert told.heard_arrivals - heard == set()
        assert await ours.kept() == []
        assert await audited(database.admin_url, town.gateway_url, tmp_path) == 0
        never, repeats = told.count(status="withheld"), told.count(status="accepted", copy=2)
        assert min(never, repeats, len(heard)) > 0
        again = sum(1 for one in told.notices if one["tries"] > 1)
        tell(
            f"notices: {len(told.notices)} sendings, {repeats} repeats, {never} never sent, {again} sent again; "
            f"{charges.total()} charges and {len(heard)} of {told.arrivals.total()} arrivals known without a look"
        )


async def is_reached(ours: OurBooks, count: float) -> bool:
    return await ours.done() >= count


async def all_told(ours: OurBooks, gateway_url: str) -> Told | None:
    """Give what the provider has told once nothing is under way any more on either side."""
    if await ours.restless():
        return None
    told = await Told.read(gateway_url)
    return told if told.is_all_sent else None


async def knows_all(ours: OurBooks, told: Told) -> bool:
    return await ours.arrivals() == told.arrivals


async def audited(admin_url: str, gateway_url: str, folder) -> int:
    """Run `duro audit` as a person would; give its exit status."""
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "duro.cli", "audit", "--gateway", gateway_url),
        cwd=folder,
        env={**os.environ, "DURO_DATABASE_URL": admin_url},
        stdout=subprocess.DEVNULL,
    )
    async with timeout(120):
        return await process.wait()
