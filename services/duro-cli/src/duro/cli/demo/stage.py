from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import final

from duro.cli.demo.merchant import DemoMerchant
from duro.cli.demo.payer_pages import PayerPages
from duro.cli.demo.watch import DemoWatch
from duro.cli.home import Home
from duro.cli.prepared_database import PreparedDatabase
from duro.cli.screen.terminal import Terminal
from duro.cli.secrets_file import Secrets
from duro.crypto import ApiKeySecret
from duro.db.census import TenantCensus
from duro.db.contexts import RepositoryContexts
from duro.db.credentials import CredentialResolver
from duro.db.overview import OverviewReader
from duro.db.pool import DatabasePool
from duro.db.seeding import SubscriptionSeeder
from duro.kernel import Clock, IdFactory, Mode, TenantId


@final
@dataclass(frozen=True, slots=True)
class DemoStage:
    """Where the demo merchant is found again at each start, or set up when the database has no merchant yet."""

    home: Home
    clock: Clock
    ids: IdFactory

    async def find(self, pool: DatabasePool) -> TenantId | None:
        """Return the merchant that the remembered key opens; the pool is the test role's."""
        text = Secrets.read(self.home.secrets_path).demo_api_key
        if text is None:
            return None
        resolved = await CredentialResolver(pool).resolve(ApiKeySecret.parse(text).digest)
        return None if resolved is None else resolved.tenant_id

    async def set_up(self, database: PreparedDatabase, pool: DatabasePool) -> TenantId | None:
        """Open its account, unless the database has merchants already; the pool is the test role's."""
        async with AsyncExitStack() as closing:
            sweep = await self._open(database.roles.sweep, closing)
            if await TenantCensus(sweep).has_tenants():
                return None
            admin = await self._open(database.admin_url, closing)
            return await self._set_up(admin, pool)

    async def _set_up(self, admin: DatabasePool, pool: DatabasePool) -> TenantId:
        seeder = SubscriptionSeeder(admin, Mode.TEST, clock=self.clock, ids=self.ids)
        secret = ApiKeySecret.mint(Mode.TEST)
        Secrets.read(self.home.secrets_path).with_demo_api_key(secret.text).write(self.home.secrets_path)
        merchant = DemoMerchant(seeder=seeder, contexts=self._contexts(pool), clock=self.clock, ids=self.ids)
        return await merchant.open(secret)

    def api_key(self) -> str | None:
        return Secrets.read(self.home.secrets_path).demo_api_key

    def watch(self, pool: DatabasePool, pages: PayerPages, terminal: Terminal) -> DemoWatch:
        """Return the watch over the merchant, through the test role's pool."""
        reader = OverviewReader(self._contexts(pool), pages.tenant_id)
        return DemoWatch(reader=reader, terminal=terminal, pages=pages)

    async def payer_page(self, pool: DatabasePool, pages: PayerPages) -> str:
        """Return a page of one of the merchant's payers, through the test role's pool."""
        return await pages.first(self._contexts(pool))

    @staticmethod
    async def _open(url: str, closing: AsyncExitStack) -> DatabasePool:
        pool = await DatabasePool.open(url, min_size=1, max_size=1)
        closing.push_async_callback(pool.close)
        return pool

    def _contexts(self, pool: DatabasePool) -> RepositoryContexts:
        return RepositoryContexts(pool, Mode.TEST, clock=self.clock, ids=self.ids)
