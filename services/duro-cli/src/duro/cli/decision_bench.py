from typing import final

from duro.db import DatabasePool, DatabaseRole, RepositoryContexts
from duro.kernel import Clock, IdFactory, Mode
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.inbound import TakeKeptMoney
from duro.merchant_api.pushed import DecideMoney, ReceiveMoney
from duro.merchant_api.reviews import DecideReview
from duro.payments import InMemoryIssuerLedger, SimulatedGateway, SimulatedIssuer, SimulatedNoticeReader


@final
class DecisionBench:
    """Builds what carries out a person's decisions about money in one mode, over an administrator's pool.

    Providers are asked for nothing but the least that they charge.
    """

    def __init__(self, pool: DatabasePool, mode: Mode, *, clock: Clock, ids: IdFactory) -> None:
        self._contexts = RepositoryContexts(pool, mode, clock=clock, ids=ids, role=DatabaseRole.OWNER)
        issuer = SimulatedIssuer(InMemoryIssuerLedger())
        self._gateways = GatewayRegistry(mode, [SimulatedGateway(issuer)], is_development=True)
        self._clock = clock
        self._ids = ids

    def reviews(self) -> DecideReview:
        return DecideReview(self._contexts, self._gateways, ids=self._ids, clock=self._clock)

    def money(self) -> DecideMoney:
        return DecideMoney(self._contexts, self._gateways, ids=self._ids, clock=self._clock)

    def kept_money(self) -> TakeKeptMoney:
        receive = ReceiveMoney(self._contexts, self._gateways, ids=self._ids, clock=self._clock)
        return TakeKeptMoney([SimulatedNoticeReader()], receive)
