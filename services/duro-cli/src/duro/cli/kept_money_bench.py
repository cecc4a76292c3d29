from typing import final

from duro.db import DatabasePool, DatabaseRole, RepositoryContexts
from duro.kernel import Clock, IdFactory, Mode
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.inbound import TakeKeptMoney
from duro.merchant_api.pushed import ReceiveMoney
from duro.payments import InMemoryIssuerLedger, SimulatedGateway, SimulatedIssuer, SimulatedNoticeReader


@final
class KeptMoneyBench:
    """Builds what takes in the money of a kept notice: nothing of it has to be looked up."""

    def __init__(self, *, clock: Clock, ids: IdFactory) -> None:
        self._clock = clock
        self._ids = ids

    def over(self, pool: DatabasePool, mode: Mode) -> TakeKeptMoney:
        """Build it over an administrator's pool; providers are asked for nothing but the least that they charge."""
        contexts = RepositoryContexts(pool, mode, clock=self._clock, ids=self._ids, role=DatabaseRole.OWNER)
        issuer = SimulatedIssuer(InMemoryIssuerLedger())
        gateways = GatewayRegistry(mode, [SimulatedGateway(issuer)], is_development=True)
        receive = ReceiveMoney(contexts, gateways, ids=self._ids, clock=self._clock)
        return TakeKeptMoney([SimulatedNoticeReader()], receive)
