from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, final

from whenever import TimeDelta

from duro.db import DatabasePool, DatabaseRole, RepositoryContexts
from duro.db.references import ReferenceResolver
from duro.kernel import Clock, IdFactory, Mode
from duro.merchant_api.billing import GatewayRegistry, RefundService
from duro.merchant_api.inbound import (
    ActAgain,
    ChargeNotices,
    DisputeNotices,
    MandateNotices,
    ModeNotices,
    MoneyNotices,
    NoticeDesk,
    RefundNotices,
)
from duro.merchant_api.payment_methods import MandateService
from duro.merchant_api.pushed import ReceiveMoney
from duro.payments import HttpSimulatedGateway, HttpSimulatedMandates, SimulatedNoticeReader

_LEASE: Final = TimeDelta(seconds=60)
_PATIENCE_SECONDS: Final = 10


@final
class NoticeBench:
    """Builds what acts once more on a kept notice, as the API acts on it when it comes: a failure is looked up."""

    def __init__(self, *, gateway_url: str, is_development: bool, clock: Clock, ids: IdFactory) -> None:
        self._gateway_url = gateway_url
        self._is_development = is_development
        self._clock = clock
        self._ids = ids

    @asynccontextmanager
    async def over(self, pool: DatabasePool) -> AsyncGenerator[ActAgain, None]:
        """Yield it over an administrator's pool. Raise SimulatedGatewayInLiveError as the API would."""
        gateway = HttpSimulatedGateway(base_url=self._gateway_url, timeout_seconds=_PATIENCE_SECONDS)
        mandates = HttpSimulatedMandates(base_url=self._gateway_url, timeout_seconds=_PATIENCE_SECONDS)
        try:
            modes = [
                self._mode(
                    pool,
                    mode,
                    GatewayRegistry(mode, [gateway], is_development=self._is_development, mandates=[mandates]),
                )
                for mode in Mode
            ]
            yield ActAgain([SimulatedNoticeReader()], NoticeDesk(modes))
        finally:
            await mandates.close()
            await gateway.close()

    def _mode(self, pool: DatabasePool, mode: Mode, gateways: GatewayRegistry) -> ModeNotices:
        clock, ids = self._clock, self._ids
        contexts = RepositoryContexts(pool, mode, clock=clock, ids=ids, role=DatabaseRole.OWNER)
        money = MoneyNotices(ReceiveMoney(contexts, gateways, ids=ids, clock=clock))
        refunds = RefundService(contexts, gateways, ids=ids, clock=clock, lease=_LEASE)
        return ModeNotices(
            references=ReferenceResolver(pool, mode),
            charges=ChargeNotices(contexts, gateways, money, ids=ids, clock=clock),
            refunds=RefundNotices(contexts, refunds, clock=clock),
            money=money,
            mandates=MandateNotices(MandateService(contexts, gateways, clock=clock)),
            disputes=DisputeNotices(contexts, ids=ids, clock=clock),
        )
