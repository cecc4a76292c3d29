import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import final

from duro.cli.demo.payer_pages import PayerPages
from duro.cli.demo.stage import DemoStage
from duro.cli.home import Home
from duro.cli.ports import PortPlan
from duro.cli.prepared_database import PreparedDatabase
from duro.cli.running_file import RunningFile
from duro.cli.screen.terminal import Terminal
from duro.cli.secrets_file import Secrets
from duro.cli.services import ServicePlan
from duro.cli.supervision.embedded import EmbeddedUnit
from duro.cli.supervision.supervisor import Supervisor
from duro.cli.welcome import Welcome
from duro.db.pool import DatabasePool
from duro.embedded import EmbeddedPostgres, EmbeddedValkey, PostgresAddress, ValkeyAddress


@final
class UpSession:
    """One run of everything: servers, tables, services, the demo, and the picture of it, until it is cancelled."""

    def __init__(
        self,
        *,
        home: Home,
        environ: Mapping[str, str],
        supervisor: Supervisor,
        terminal: Terminal,
        stage: DemoStage | None,
    ) -> None:
        self._home = home
        self._environ = environ
        self._supervisor = supervisor
        self._terminal = terminal
        self._stage = stage

    async def run(self) -> None:
        """Bring everything up in order, then show what happens. Raise CommandError when something can't be started."""
        ports = PortPlan.choose(self._environ)
        for move in ports.moved:
            self._terminal.warn(move)
        redis_url, secrets = await self._redis(), self._secrets()
        plan = ServicePlan(
            home=self._home,
            environ=self._environ,
            ports=ports,
            database=await self._database(),
            redis_url=redis_url,
            webhook_secret=secrets.gateway_webhook_secret or "",
            link_key=secrets.link_key or "",
            card_key=secrets.card_key or "",
        )
        await self._supervisor.bring_up(plan.gateways())
        await self._supervisor.bring_up(plan.services())
        RunningFile(
            pid=os.getpid(),
            database_url=plan.database.admin_url,
            redis_url=redis_url,
            gateway_url=plan.gateway_url,
            api_url=plan.api_url,
        ).write(self._home.running_path)
        async with AsyncExitStack() as closing:
            await self._present(plan, closing)

    async def _present(self, plan: ServicePlan, closing: AsyncExitStack) -> None:
        welcome = Welcome(plan=plan, pids={keeper.name: keeper.pid for keeper in self._supervisor.keepers})
        if self._stage is None:
            self._terminal.tell(welcome.text(None))
            await asyncio.Event().wait()
            return
        pool = await DatabasePool.open(plan.database.roles.test, min_size=0, max_size=2)
        closing.callback(pool.terminate)
        tenant_id = await self._stage.find(pool) or await self._stage.set_up(plan.database, pool)
        if tenant_id is None:
            self._terminal.tell(welcome.text(None))
            await asyncio.Event().wait()
            return
        pages = PayerPages(base=plan.link_base, signer=plan.link_signer, tenant_id=tenant_id, clock=self._stage.clock)
        payer_page = await self._stage.payer_page(pool, pages)
        self._terminal.tell(welcome.text(self._stage.api_key(), payer_page=payer_page))
        await self._stage.watch(pool, pages, self._terminal).run()

    def _secrets(self) -> Secrets:
        """Read what this folder remembers, and have it remember what is signed and what cards are told apart with."""
        kept = Secrets.read(self._home.secrets_path)
        secrets = kept.with_gateway_webhook_secret().with_link_key().with_card_key()
        secrets.write(self._home.secrets_path)
        return secrets

    async def _database(self) -> PreparedDatabase:
        given = self._environ.get("DURO_DATABASE_URL")
        if given:
            return await PreparedDatabase.prepare(given, home=self._home, is_ours=False)
        unit = EmbeddedUnit[PostgresAddress](name="postgres", server=EmbeddedPostgres(self._home.folder))
        await self._supervisor.bring_up([unit])
        return await PreparedDatabase.prepare(unit.address.admin_url(), home=self._home, is_ours=True)

    async def _redis(self) -> str:
        given = self._environ.get("DURO_REDIS_URL")
        if given:
            return given
        unit = EmbeddedUnit[ValkeyAddress](name="valkey", server=EmbeddedValkey(self._home.folder))
        await self._supervisor.bring_up([unit])
        return unit.address.url()
