import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import FailureCategory, Zone
from duro.billing.recovery import KnownSighting, PaydayBank, PaydayMemory, PaydayProfile, Sighting
from duro.db import Repositories
from duro.db.payday_profiles import PaydayProfileRepository, PayerSight, StoredProfile
from duro.kernel import CustomerId
from duro.payments import FailureCodes

_MAY_BE_UNCOMMITTED: Final = TimeDelta(hours=1)


@final
@dataclass(frozen=True, slots=True)
class LearnedProfile:
    """What is believed of a payer now, and what of it can be written down in the place of what was.

    It is cut if there is more to learn than was read at once.
    """

    customer_id: CustomerId
    now: PaydayProfile
    kept: PaydayMemory
    stored: StoredProfile | None
    is_cut: bool = False

    @property
    def change(self) -> tuple[StoredProfile, StoredProfile | None] | None:
        """Return what to write, with what it replaces, if there is anything new."""
        written = self.kept.profile.to_bytes()
        if self.kept.until is None or not self._is_new(written):
            return None
        return StoredProfile(self.customer_id, written, self.kept.zone.name, self.kept.until), self.stored

    def _is_new(self, written: bytes) -> bool:
        if self.stored is None:
            return self.kept.profile != PaydayProfile()
        return (self.stored.profile, self.stored.zone) != (written, self.kept.zone.name)


@final
class PaydayLearning:
    """Learns of payers what became known since somebody last looked at them, from the rows that tell it.

    Nothing is learned where charges are settled: renewals pay nothing for it. What became known within the last hour is
    used and not kept, since a transaction that was dated before it may still be open; so what is kept has learned every
    sight once, in the order in which they became known.
    """

    def __init__(self, *, codes: FailureCodes, bank: PaydayBank) -> None:
        self._codes = codes
        self._bank = bank

    async def recall(
        self, repos: Repositories, zones: Mapping[CustomerId, Zone], *, now: Instant
    ) -> dict[CustomerId, LearnedProfile]:
        """Say what is believed of these payers, each on the days of their zone."""
        stored = await repos.payday_profiles.read(list(zones))
        memories = {customer: self._memory(zone, stored.get(customer)) for customer, zone in zones.items()}
        return await self._learn(repos, memories, stored, now=now)

    async def rebuild(
        self, repos: Repositories, zones: Mapping[CustomerId, Zone], *, now: Instant
    ) -> dict[CustomerId, LearnedProfile]:
        """Say the same from the first row on, whatever is stored."""
        stored = await repos.payday_profiles.read(list(zones))
        begun = {customer: PaydayMemory(zone) for customer, zone in zones.items()}
        learned: dict[CustomerId, LearnedProfile] = {}
        while begun:
            learned |= await self._learn(repos, begun, stored, now=now)
            begun = {customer: learned[customer].kept for customer in begun if learned[customer].is_cut}
        return learned

    @staticmethod
    async def keep(repos: Repositories, learned: Sequence[LearnedProfile]) -> frozenset[CustomerId]:
        """Write down what is new of it, and name whose was written; what others wrote meanwhile stays."""
        changes = [change for one in learned if (change := one.change) is not None]
        return await repos.payday_profiles.store(changes) if changes else frozenset()

    async def _learn(
        self,
        repos: Repositories,
        memories: Mapping[CustomerId, PaydayMemory],
        stored: Mapping[CustomerId, StoredProfile],
        *,
        now: Instant,
    ) -> dict[CustomerId, LearnedProfile]:
        """Learn of one payer after the other: a first look takes milliseconds, and others get their turn in between."""
        sights = await repos.payday_profiles.sights({customer: one.until for customer, one in memories.items()})
        learned: dict[CustomerId, LearnedProfile] = {}
        for customer, memory in memories.items():
            learned[customer] = self._learned(memory, sights[customer], stored.get(customer), customer, now=now)
            await asyncio.sleep(0)
        return learned

    def _learned(
        self,
        memory: PaydayMemory,
        sights: Sequence[PayerSight],
        stored: StoredProfile | None,
        customer: CustomerId,
        *,
        now: Instant,
    ) -> LearnedProfile:
        """Keep what the rows that are old enough say, up to the last of them."""
        known = [one for sight in sights if (one := self._known(sight)) is not None]
        old = [sight.known_at for sight in sights if sight.known_at <= now - _MAY_BE_UNCOMMITTED]
        kept = memory.learning(known, until=old[-1], bank=self._bank) if old else memory
        believed = kept.learning(known, until=now, bank=self._bank).profile
        is_cut = len(old) >= PaydayProfileRepository.MOST_SIGHTS
        return LearnedProfile(customer, believed, kept, stored, is_cut)

    def _memory(self, zone: Zone, stored: StoredProfile | None) -> PaydayMemory:
        """Remember what is stored; what counts the days of another zone is begun again."""
        if stored is None or stored.zone != zone.name:
            return PaydayMemory(zone)
        return PaydayMemory.read(stored.profile, zone=zone, until=stored.learned_until, bank=self._bank)

    def _known(self, sight: PayerSight) -> KnownSighting | None:
        """Read a row as a sight of money or of an empty account; any other answer says nothing of money."""
        if not sight.is_money:
            category = self._codes.category_of(provider=sight.provider, code=sight.failure_code or "")
            if category is not FailureCategory.INSUFFICIENT_FUNDS:
                return None
        return KnownSighting(sight.known_at, sight.id.bytes, Sighting(sight.seen_at, sight.is_money))
