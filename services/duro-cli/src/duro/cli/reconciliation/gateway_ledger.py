import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Self, cast, final

import httpx
from whenever import Instant

from duro.cli.errors import CommandError
from duro.kernel import Currency, Money, UnknownCurrencyError

_PATIENCE: Final = httpx.Timeout(30)


class GatewayLedgerError(CommandError):
    """The gateway's ledger can't be read."""

    def __init__(self, url: str, trouble: str) -> None:
        super().__init__(f"The ledger of {url} can't be read: {trouble}")


@final
@dataclass(frozen=True, slots=True)
class GatewayEntry:
    """What the gateway says of one reference; of money that a payer pushed, also for which request and when."""

    kind: str
    reference: str
    amount: Money
    status: str
    takings: int
    request_reference: str | None = None
    at: Instant | None = None
    fee: Money | None = None

    @classmethod
    def read(cls, line: str) -> Self:
        """Read one line of the ledger. Raise ValueError when it isn't one."""
        try:
            raw = cast("dict[str, object]", json.loads(line))
            currency, fee = Currency(str(raw["currency"])), raw.get("fee")
            return cls(
                kind=str(raw["kind"]),
                reference=str(raw["reference"]),
                amount=Money(int(str(raw["amount"])), currency),
                status=str(raw["status"]),
                takings=int(str(raw.get("takings", 0))),
                request_reference=None if raw.get("requestReference") is None else str(raw["requestReference"]),
                at=Instant.parse_iso(str(raw["at"])) if raw.get("at") else None,
                fee=None if fee is None else Money(int(str(fee)), currency),
            )
        except (KeyError, TypeError, UnknownCurrencyError) as error:
            message = "a line has another form than expected"
            raise ValueError(message) from error

    @property
    def has_taken(self) -> bool:
        return self.kind == "charge" and (self.status == "approved" or self.takings > 0)

    @property
    def has_given_back(self) -> bool:
        return self.kind == "refund" and self.status == "refunded"


@final
class GatewayLedger:
    """The ledger of a simulated gateway, read over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def entries(self) -> AsyncIterator[GatewayEntry]:
        """Yield every charge, every refund, then what payers pushed. Raise GatewayLedgerError."""
        try:
            async with (
                httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client,
                client.stream("GET", f"{self._url}/ledger") as response,
            ):
                response.raise_for_status()
                async for line in response.aiter_lines():
                    if line:
                        yield GatewayEntry.read(line)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise GatewayLedgerError(self._url, str(error) or type(error).__name__) from error
