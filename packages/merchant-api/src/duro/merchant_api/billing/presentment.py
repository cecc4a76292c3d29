import asyncio
from typing import final

from duro.kernel import Clock
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.doubted_refusals import DoubtedRefusals
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.payments import ChargeResult, FailureCodes, Unknown


@final
class Presentment:
    """The charge itself, between the two transactions: sent only while the lease leaves time to learn of it."""

    def __init__(self, gateways: GatewayRegistry, *, clock: Clock) -> None:
        self._gateways = gateways
        self._clock = clock
        self._doubts = DoubtedRefusals(FailureCodes.bundled())

    async def send(self, order: ChargeOrder, *, gateway_seconds: float | None = None) -> ChargeResult:
        """Present the charge once and wait at most `gateway_seconds` for the answer.

        A lease must outlast the provider's settle window counted from the sending, so that whoever takes the attempt
        over may believe the provider's "not found". Past that point nothing is sent and the answer is Unknown, as is a
        refusal that is in doubt.
        """
        gateway = self._gateways.named(order.attempt.provider)
        if self._clock.now() + gateway.settle_window > order.attempt.claimed_until:
            return Unknown("The lease was too short to send the charge.")
        try:
            async with asyncio.timeout(gateway_seconds):
                return self._doubts.presented(gateway.name, await gateway.charge(order.request))
        except TimeoutError:
            return Unknown(f"The gateway gave no answer within {gateway_seconds} seconds.")
