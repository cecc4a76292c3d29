import asyncio
from collections.abc import Sequence
from typing import final

from duro.cli.supervision.announcer import Announcer
from duro.cli.supervision.keeper import UnitKeeper
from duro.cli.supervision.restart_policy import RestartPolicy
from duro.cli.supervision.unit import Unit
from duro.kernel import Clock


@final
class Supervisor:
    """Brings units up in tiers, keeps every one alive, and ends them in the opposite order, a tier at a time."""

    def __init__(self, *, clock: Clock, announcer: Announcer, policy: RestartPolicy | None = None) -> None:
        self._clock = clock
        self._announcer = announcer
        self._policy = policy or RestartPolicy.usual()
        self._tiers: list[tuple[UnitKeeper, ...]] = []
        self._hurry = asyncio.Event()

    @property
    def keepers(self) -> tuple[UnitKeeper, ...]:
        return tuple(keeper for tier in self._tiers for keeper in tier)

    async def bring_up(self, units: Sequence[Unit]) -> None:
        """Start a tier, its units at the same time. Raise UnitStartError for the first that can't be started."""
        tier = tuple(
            UnitKeeper(unit=unit, policy=self._policy, clock=self._clock, announcer=self._announcer) for unit in units
        )
        self._tiers.append(tier)
        starts = [asyncio.ensure_future(keeper.bring_up()) for keeper in tier]
        try:
            await asyncio.gather(*starts)
        finally:
            for start in starts:
                start.cancel()
            await asyncio.gather(*starts, return_exceptions=True)

    def hurry(self) -> None:
        """Don't wait any longer for anything: kill what still runs."""
        self._hurry.set()

    async def drain(self) -> None:
        """End everything, the latest tier first; return when nothing runs any more."""
        for tier in reversed(self._tiers):
            await asyncio.gather(*(keeper.drain(self._hurry) for keeper in tier))
        self._tiers.clear()
