import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, final

from duro.cli.reconciliation.comparison import Comparison, Mismatch
from duro.cli.reconciliation.gateway_ledger import GatewayLedger
from duro.db.collection_book import CollectionBook, CollectionEntry
from duro.db.kept_notices import WaitingNotices
from duro.db.pool import DatabasePool
from duro.kernel import Clock, Mode
from duro.payments import Malformed, MoneyReceived, SimulatedNoticeReader

_PAUSE_SECONDS: Final = 2.0
_PROVIDER: Final = "simulated"


@final
@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a comparison of the books came to."""

    charges: int
    in_flight: int
    mismatches: tuple[Mismatch, ...]


@final
class Reconciler:
    """Compares the books of both modes with the gateway's, while both go on being written.

    Two books can't be read at the same instant, so a contradiction counts only if it is still there on a second look.
    """

    def __init__(self, *, pool: DatabasePool, ledger: GatewayLedger, clock: Clock) -> None:
        self._pool = pool
        self._ledger = ledger
        self._clock = clock

    async def reconcile(self) -> Reconciled:
        comparison = await self._compare()
        mismatches = comparison.mismatches()
        if mismatches:
            await asyncio.sleep(_PAUSE_SECONDS)
            comparison = await self._compare()
            earlier = {(mismatch.kind, mismatch.reference) for mismatch in mismatches}
            again = comparison.mismatches()
            mismatches = tuple(mismatch for mismatch in again if (mismatch.kind, mismatch.reference) in earlier)
        return Reconciled(charges=len(comparison.charges), in_flight=comparison.in_flight, mismatches=mismatches)

    async def _dealt_with(self) -> AsyncIterator[str]:
        """Yield the provider's references of money of which a person has handled the notice."""
        reader = SimulatedNoticeReader()
        for body in await WaitingNotices(self._pool).handled(provider=_PROVIDER, kind=MoneyReceived.__name__):
            told = reader.read(body)
            for notice in () if isinstance(told, Malformed) else told.notices:
                if isinstance(notice, MoneyReceived):
                    yield notice.provider_reference

    async def _compare(self) -> Comparison:
        theirs = {(entry.kind, entry.reference): entry async for entry in self._ledger.entries()}
        charges: dict[str, CollectionEntry] = {}
        refunds: dict[str, CollectionEntry] = {}
        requests: dict[str, CollectionEntry] = {}
        arrivals: dict[str, CollectionEntry] = {}
        for mode in Mode:
            book = CollectionBook(self._pool, mode, provider=_PROVIDER)
            charges.update({entry.reference: entry async for entry in book.attempts()})
            refunds.update({entry.reference: entry async for entry in book.refunds()})
            requests.update({entry.reference: entry async for entry in book.requests()})
            arrivals.update({entry.reference: entry async for entry in book.arrivals()})
        return Comparison(
            charges=charges,
            refunds=refunds,
            requests=requests,
            arrivals=arrivals,
            dealt_with=frozenset([reference async for reference in self._dealt_with()]),
            theirs=theirs,
            now=self._clock.now(),
        )
