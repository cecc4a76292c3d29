from dataclasses import dataclass
from typing import final

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.kernel import Clock, IdFactory
from duro.payments import ChargeGateway, HttpSimulatedGateway
from duro.public_api.settings import Settings


@final
@dataclass(frozen=True, slots=True)
class Collaborators:
    """What the service takes from outside itself: time, names, and the provider. Journeys bring their own."""

    clock: Clock
    ids: IdFactory
    gateway: ChargeGateway

    @classmethod
    def of_the_world(cls, settings: Settings) -> "Collaborators":
        clock = SystemClock()
        gateway = HttpSimulatedGateway(base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds)
        return cls(clock, Uuid7IdFactory(clock), gateway)
