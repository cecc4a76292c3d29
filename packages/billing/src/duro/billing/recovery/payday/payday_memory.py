from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import final

from whenever import Instant

from duro.billing.recovery.payday.payday_bank import PaydayBank
from duro.billing.recovery.payday.payday_profile import PaydayProfile
from duro.billing.recovery.payday.sighting import Sighting
from duro.billing.zone import Zone


@final
@dataclass(frozen=True, slots=True)
class KnownSighting:
    """A sight with the instant at which it became known; the key orders those that became known together."""

    known_at: Instant
    key: bytes
    sighting: Sighting


@final
@dataclass(frozen=True, slots=True)
class PaydayMemory:
    """A payer's profile on the days of a zone, with until when it has learned: all that became known by then.

    However the sights are dealt out over several looks, the same profile follows, as long as every look is given all
    that became known since the one before.
    """

    zone: Zone
    profile: PaydayProfile = field(default_factory=PaydayProfile)
    until: Instant | None = None

    @classmethod
    def read(cls, written: bytes, *, zone: Zone, until: Instant, bank: PaydayBank) -> "PaydayMemory":
        """Read what was written down; what another version wrote, or a bank of other hypotheses, is begun again."""
        profile = PaydayProfile.from_bytes(written)
        if len(profile.weights) != len(bank.prior):
            return cls(zone)
        return cls(zone, profile, until)

    def learning(self, known: Iterable[KnownSighting], *, until: Instant, bank: PaydayBank) -> "PaydayMemory":
        """Learn what became known since, up to and with that instant, in the order in which it did."""
        if self.until is not None and until <= self.until:
            return self
        profile = self.profile
        for one in sorted(known, key=lambda one: (one.known_at, one.key)):
            if one.known_at <= until and (self.until is None or one.known_at > self.until):
                profile = bank.seen(profile, one.sighting, zone=self.zone)
        return PaydayMemory(self.zone, profile, until)
