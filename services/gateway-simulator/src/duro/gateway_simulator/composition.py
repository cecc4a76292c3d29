from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, TypeAlias, final

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from whenever import Instant

from duro.crypto import SystemClock
from duro.gateway_simulator.approvals_controller import ApprovalsController
from duro.gateway_simulator.cards_controller import CardsController
from duro.gateway_simulator.charges_controller import ChargesController
from duro.gateway_simulator.http_receiver import HttpReceiver
from duro.gateway_simulator.ledger_controller import LedgerController
from duro.gateway_simulator.ledger_reader import LedgerReader
from duro.gateway_simulator.line import Line
from duro.gateway_simulator.mandates_controller import MandatesController
from duro.gateway_simulator.notice_loop import NoticeLoop
from duro.gateway_simulator.payers_controller import PayersController
from duro.gateway_simulator.payment_requests_controller import PaymentRequestsController
from duro.gateway_simulator.problem_responder import ProblemResponder
from duro.gateway_simulator.refunds_controller import RefundsController
from duro.gateway_simulator.settings import Settings
from duro.gateway_simulator.sqlite_ledger import SqliteIssuerLedger
from duro.gateway_simulator.tokens_controller import TokensController
from duro.gateway_simulator.virtual_accounts_controller import VirtualAccountsController
from duro.payments.simulated import SimulatedProvider, WebhookCourier, WebhookSeal

_CLOCK: Final = SystemClock()
Lifespan: TypeAlias = Callable[[Litestar], AbstractAsyncContextManager[None]]


@final
@dataclass(frozen=True, slots=True)
class Composition:
    """The whole service: a ledger, one issuer over it, and the routes that lead there."""

    settings: Settings
    ledger: SqliteIssuerLedger
    address: str

    @classmethod
    def open(cls, settings: Settings, *, address: str) -> "Composition":
        """Open the ledger; must be called where an event loop is running. The address is where it is listened at."""
        return cls(settings, SqliteIssuerLedger.open(settings.database), settings.public_url or address)

    def application(self) -> Litestar:
        settings = self.settings
        provider = self._provider()
        line = Line(latency=settings.latency, hold=settings.hold, is_hanging=settings.is_hanging)
        reader = LedgerReader(self.ledger)
        problems = ProblemResponder()
        return Litestar(
            route_handlers=[
                ChargesController,
                RefundsController,
                TokensController,
                PaymentRequestsController,
                VirtualAccountsController,
                MandatesController,
                PayersController,
                CardsController,
                ApprovalsController,
                LedgerController,
            ],
            dependencies={
                "issuer": Provide(lambda: provider.issuer, sync_to_thread=False),
                "pushes": Provide(lambda: provider.pushes, sync_to_thread=False),
                "mandates": Provide(lambda: provider.mandates, sync_to_thread=False),
                "approvals": Provide(lambda: provider.approvals, sync_to_thread=False),
                "disputes": Provide(lambda: provider.disputes, sync_to_thread=False),
                "cards": Provide(lambda: provider.cards, sync_to_thread=False),
                "line": Provide(lambda: line, sync_to_thread=False),
                "reader": Provide(lambda: reader, sync_to_thread=False),
            },
            exception_handlers={
                HTTPException: problems.refuse,
                msgspec.DecodeError: problems.refuse_value,
                ValueError: problems.refuse_value,
                Exception: problems.break_down,
            },
            type_encoders={Instant: Instant.format_iso},
            lifespan=self._lifespans(provider),
            request_max_body_size=65_536,
            openapi_config=None,
        )

    def _provider(self) -> SimulatedProvider:
        settings = self.settings
        webhooks = settings.webhooks
        return SimulatedProvider.over(
            self.ledger,
            clock=_CLOCK,
            faults=settings.faults,
            slow=settings.slow,
            setup_time=settings.setup_time,
            notices=webhooks and webhooks.plan,
            is_telling_charges=webhooks is not None and webhooks.is_telling_charges,
            address=self.address,
            approval_time=settings.approval_time,
        )

    def _lifespans(self, provider: SimulatedProvider) -> Sequence[Lifespan]:
        webhooks = self.settings.webhooks
        if webhooks is None:
            return ()
        receiver = HttpReceiver(webhooks.url)
        courier = WebhookCourier(
            self.ledger,
            receiver=receiver,
            seal=WebhookSeal(webhooks.secret),
            clock=_CLOCK,
            retries=webhooks.retries,
        )
        return (NoticeLoop(pushes=provider.pushes, courier=courier, receiver=receiver).lifespan,)

    async def close(self) -> None:
        await self.ledger.close()
