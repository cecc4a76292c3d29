from collections.abc import Iterable, Sequence
from typing import Final, final

from whenever import Instant

from duro.db.session import TenantSession

_LOCK: Final = """
    select pg_advisory_xact_lock(hashtextextended(encode(card.key, 'hex'), 0))
    from (select distinct key from unnest($1::bytea[]) as given (key) order by key) as card"""
_READ: Final = """
    select card_key, tried_at from common.card_tries
    where card_key = any($1::bytea[]) and mode = $2 and tried_at > $3 order by tried_at"""
_RESERVE: Final = """
    insert into common.card_tries (card_key, mode, tried_at)
    select card.key, $2, $3 from unnest($1::bytea[]) as card (key) on conflict do nothing"""
_FORGET: Final = "delete from common.card_tries where card_key = any($1::bytea[]) and mode = $2 and tried_at <= $3"


@final
class CardTryRepository:
    """When cards were tried by themselves, for any merchant: the one table of a mode that names no tenant.

    What settles a try takes it back if it was no verdict.
    """

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def lock(self, keys: Sequence[bytes], *, since: Instant) -> dict[bytes, tuple[Instant, ...]]:
        """Keep others from trying these cards until the transaction ends, and say when each was tried, oldest first.

        What is older than `since` is forgotten.
        """
        mode = self._session.mode.value
        await self._session.connection.execute(_LOCK, keys)
        await self._session.connection.execute(_FORGET, keys, mode, since)
        tries: dict[bytes, tuple[Instant, ...]] = dict.fromkeys(keys, ())
        for row in await self._session.connection.fetch(_READ, keys, mode, since):
            tries[row["card_key"]] = (*tries[row["card_key"]], row["tried_at"])
        return tries

    async def reserve(self, keys: Iterable[bytes], *, now: Instant) -> None:
        """Count a try of each of these locked cards."""
        await self._session.connection.execute(_RESERVE, list(keys), self._session.mode.value, now)
