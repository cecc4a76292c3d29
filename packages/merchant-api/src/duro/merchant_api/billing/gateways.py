from collections.abc import Sequence
from typing import final

from duro.kernel import DomainError, ErrorKind, Mode
from duro.payments import ChargeGateway


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
    """The providers one mode may charge through; the first is the one new cards are saved with.

    Raises SimulatedGatewayInLiveError if live mode is offered a gateway that moves no money, unless in development.
    """

    def __init__(self, mode: Mode, gateways: Sequence[ChargeGateway], *, is_development: bool) -> None:
        if mode is Mode.LIVE and not is_development:
            for gateway in gateways:
                if not gateway.is_moving_money:
                    raise SimulatedGatewayInLiveError(gateway.name)
        self._by_name = {gateway.name: gateway for gateway in gateways}
        self._default = gateways[0]

    @property
    def default(self) -> ChargeGateway:
        return self._default

    def named(self, name: str) -> ChargeGateway:
        """Find the provider of a stored row. Raise UnknownGatewayError if it isn't set up."""
        gateway = self._by_name.get(name)
        if gateway is None:
            raise UnknownGatewayError(name)
        return gateway
