from collections.abc import Sequence
from typing import final

from duro.billing.recovery import Rail
from duro.kernel import Currency, DomainError, ErrorKind, Mode
from duro.payments import ChargeGateway, MandateGateway, PaymentRequestGateway


@final
class SimulatedGatewayInLiveError(DomainError):
    """A gateway that moves no money was offered to the live mode outside development."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "gateway_moves_no_money", ErrorKind.REFUSED, f"The gateway {name} moves no money and can't serve live mode."
        )


@final
class UnknownGatewayError(DomainError):
    """A row names a provider that this process has no gateway for."""

    def __init__(self, name: str) -> None:
        super().__init__("unknown_gateway", ErrorKind.UNAVAILABLE, f"No gateway is set up for the provider {name}.")


@final
class GatewayRegistry:
    """The providers one mode may charge through, those through which payers push money, and keepers of mandates.

    The first one is that which new cards and mandates are saved with, and which payers are asked through.

    Raises SimulatedGatewayInLiveError if live mode is offered a gateway that moves no money, unless in development.
    """

    def __init__(
        self,
        mode: Mode,
        gateways: Sequence[ChargeGateway],
        *,
        is_development: bool,
        asking: Sequence[PaymentRequestGateway] = (),
        mandates: Sequence[MandateGateway] = (),
    ) -> None:
        if mode is Mode.LIVE and not is_development:
            for gateway in (*gateways, *asking):
                if not gateway.is_moving_money:
                    raise SimulatedGatewayInLiveError(gateway.name)
        self._by_name = {gateway.name: gateway for gateway in gateways}
        self._default = gateways[0]
        self._asking = {gateway.name: gateway for gateway in asking}
        self._mandates = {gateway.name: gateway for gateway in mandates}

    @property
    def default(self) -> ChargeGateway:
        return self._default

    def named(self, name: str) -> ChargeGateway:
        """Find the provider of a stored row. Raise UnknownGatewayError if it isn't set up."""
        gateway = self._by_name.get(name)
        if gateway is None:
            raise UnknownGatewayError(name)
        return gateway

    def asking(self, name: str) -> PaymentRequestGateway:
        """Find the provider of a stored request for pushed money. Raise UnknownGatewayError if it isn't set up."""
        gateway = self._asking.get(name)
        if gateway is None:
            raise UnknownGatewayError(name)
        return gateway

    def mandates(self, name: str) -> MandateGateway:
        """Find the keeper of mandates of a provider. Raise UnknownGatewayError if none is set up."""
        gateway = self._mandates.get(name)
        if gateway is None:
            raise UnknownGatewayError(name)
        return gateway

    def asking_by(self, rail: Rail, currency: Currency) -> PaymentRequestGateway | None:
        """Find a provider through which payers can push this currency by that rail."""
        return next((gateway for gateway in self._asking.values() if gateway.supports(rail, currency)), None)
