from collections.abc import Sequence
from typing import final

from duro.billing.recovery import Rail
from duro.kernel import Currency
from duro.merchant_api.billing.gateways import GatewayRegistry


@final
class PushRails:
    """Says by which rails a payer can push what they owe: those that their merchant wants and a provider serves."""

    def __init__(self, gateways: GatewayRegistry) -> None:
        self._gateways = gateways

    def of(self, wanted: Sequence[Rail], *, currency: Currency, phone: str | None) -> tuple[Rail, ...]:
        """Name them in the merchant's order; USSD speaks to the payer's phone."""
        return tuple(
            rail
            for rail in wanted
            if rail.is_push
            and (rail is not Rail.USSD or phone is not None)
            and self._gateways.asking_by(rail, currency) is not None
        )
