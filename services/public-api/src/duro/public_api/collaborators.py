from dataclasses import dataclass
from typing import final

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.kernel import Clock, IdFactory, Mode
from duro.merchant_api.billing import GatewayRegistry
from duro.payments import (
    ChargeGateway,
    HttpSimulatedGateway,
    HttpSimulatedMandates,
    HttpSimulatedPaymentRequests,
    InboundWebhook,
    MandateGateway,
    PaymentRequestGateway,
    SimulatedInboundWebhooks,
)
from duro.public_api.settings import Settings


@final
@dataclass(frozen=True, slots=True)
class Collaborators:
    """What the service takes from outside itself: time, names, and the provider. Journeys bring their own.

    The webhooks are the providers whose notices are taken; payers are asked to push money through the asking ones,
    and to approve debits through those of mandates.
    """

    clock: Clock
    ids: IdFactory
    gateway: ChargeGateway
    webhooks: tuple[InboundWebhook, ...] = ()
    asking: tuple[PaymentRequestGateway, ...] = ()
    mandates: tuple[MandateGateway, ...] = ()

    @classmethod
    def of_the_world(cls, settings: Settings) -> "Collaborators":
        clock = SystemClock()
        gateway = HttpSimulatedGateway(base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds)
        asking = HttpSimulatedPaymentRequests(
            base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds
        )
        mandates = HttpSimulatedMandates(
            base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds
        )
        return cls(clock, Uuid7IdFactory(clock), gateway, cls._webhooks(settings, clock), (asking,), (mandates,))

    def gateways(self, mode: Mode, *, is_development: bool) -> GatewayRegistry:
        """Register the providers for one mode."""
        return GatewayRegistry(
            mode, [self.gateway], is_development=is_development, asking=self.asking, mandates=self.mandates
        )

    @staticmethod
    def _webhooks(settings: Settings, clock: Clock) -> tuple[InboundWebhook, ...]:
        secrets = settings.gateway_webhook_secrets
        return (SimulatedInboundWebhooks(secrets, clock=clock),) if secrets else ()
