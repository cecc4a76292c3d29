import asyncio
from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.billing import Zone
from duro.crypto import LinkPurpose, PayerLink
from duro.db import RepositoryContexts
from duro.db.records import AttemptStatus
from duro.kernel import Clock, Mode
from duro.merchant_api.payer_links.payer_matter import PayerMatter
from duro.merchant_api.payer_links.payer_options import PayerOptions
from duro.merchant_api.payer_links.payer_standing import InFlight, PayerStanding
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks
from duro.merchant_api.transactions import LookUpTransaction

_LOOK_UP_SECONDS: Final = 3.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayerPage:
    """What whoever holds a link is shown: whose it is, for what, and how it stands. It names no person."""

    purpose: LinkPurpose
    mode: Mode
    store_name: str
    plan_name: str
    zone: Zone
    now: Instant
    standing: PayerStanding


@final
class ReadPayerPage:
    """Reads what a payer's page shows; of a charge that is on its way the provider is asked at once."""

    def __init__(
        self, contexts: RepositoryContexts, look_up: LookUpTransaction, options: PayerOptions, *, clock: Clock
    ) -> None:
        self._contexts = contexts
        self._look_up = look_up
        self._options = options
        self._clocks = CustomerClocks(clock)

    async def execute(self, link: PayerLink) -> PayerPage:
        """Raise InvalidLinkError, or ConflictError `test_clock_advancing`."""
        page = await self._read(link)
        standing = page.standing
        if not isinstance(standing, InFlight) or standing.attempt.status is not AttemptStatus.PENDING:
            return page
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                await self._look_up.execute(link.tenant_id, standing.attempt.id)
        except TimeoutError:
            return page
        return await self._read(link)

    async def _read(self, link: PayerLink) -> PayerPage:
        async with self._contexts.open(link.tenant_id) as repos:
            matter = await PayerMatter.of(repos, link, self._clocks)
        return PayerPage(
            purpose=link.purpose,
            mode=link.mode,
            store_name=matter.tenant.name,
            plan_name=matter.plan.name,
            zone=Zone(matter.subscription.zone),
            now=matter.now,
            standing=self._options.of(matter, link.purpose),
        )
