from dataclasses import dataclass
from typing import final

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException

from duro.gateway_simulator.charges_controller import ChargesController
from duro.gateway_simulator.ledger_controller import LedgerController
from duro.gateway_simulator.ledger_reader import LedgerReader
from duro.gateway_simulator.line import Line
from duro.gateway_simulator.problem_responder import ProblemResponder
from duro.gateway_simulator.refunds_controller import RefundsController
from duro.gateway_simulator.settings import Settings
from duro.gateway_simulator.sqlite_ledger import SqliteIssuerLedger
from duro.gateway_simulator.tokens_controller import TokensController
from duro.kernel import UnknownCurrencyError
from duro.payments.simulated import SimulatedIssuer


@final
@dataclass(frozen=True, slots=True)
class Composition:
    """The whole service: a ledger, one issuer over it, and the routes that lead there."""

    settings: Settings
    ledger: SqliteIssuerLedger

    @classmethod
    def open(cls, settings: Settings) -> "Composition":
        """Open the ledger; must be called where an event loop is running."""
        return cls(settings, SqliteIssuerLedger.open(settings.database))

    def application(self) -> Litestar:
        settings = self.settings
        issuer = SimulatedIssuer(self.ledger, faults=settings.faults, slow=settings.slow)
        line = Line(latency=settings.latency, hold=settings.hold, is_hanging=settings.is_hanging)
        reader = LedgerReader(self.ledger)
        problems = ProblemResponder()
        return Litestar(
            route_handlers=[ChargesController, RefundsController, TokensController, LedgerController],
            dependencies={
                "issuer": Provide(lambda: issuer, sync_to_thread=False),
                "line": Provide(lambda: line, sync_to_thread=False),
                "reader": Provide(lambda: reader, sync_to_thread=False),
            },
            exception_handlers={
                HTTPException: problems.refuse,
                msgspec.DecodeError: problems.refuse_value,
                UnknownCurrencyError: problems.refuse_value,
                Exception: problems.break_down,
            },
            request_max_body_size=65_536,
            openapi_config=None,
        )

    async def close(self) -> None:
        await self.ledger.close()
