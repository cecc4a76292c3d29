from dataclasses import dataclass
from typing import final

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.kernel import Clock, IdFactory
from duro.payments import (
    ChargeGateway,
    HttpSimulatedGateway,
    HttpSimulatedPaymentRequests,
    InboundWebhook,
    PaymentRequestGateway,
    SimulatedInboundWebhooks,
)
from duro.public_api.settings import Settings


@final
@dataclass(frozen=True, slots=True)
class Collaborators:
    """What the service takes from outside itself: time, names, and the provider. Journeys bring their own.

    The webhooks are the providers whose notices are taken; payers are asked to push money through the asking ones.
    """

    clock: Clock
    ids: IdFactory
    gateway: ChargeGateway
    webhooks: tuple[InboundWebhook, ...] = ()
    asking: tuple[PaymentRequestGateway, ...] = ()

    @classmethod
    def of_the_world(cls, settings: Settings) -> "Collaborators":
        clock = SystemClock()
        gateway = HttpSimulatedGateway(base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds)
        asking = HttpSimulatedPaymentRequests(
            base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds
        )
        return cls(clock, Uuid7IdFactory(clock), gateway, cls._webhooks(settings, clock), (asking,))

    @staticmethod
    def _webhooks(settings: Settings, clock: Clock) -> tuple[InboundWebhook, ...]:
        secrets = settings.gateway_webhook_secrets
        return (SimulatedInboundWebhooks(secrets, clock=clock),) if secrets else ()
