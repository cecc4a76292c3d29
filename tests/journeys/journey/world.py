from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from whenever import Instant, Time, TimeDelta

from duro.db import DatabasePool
from duro.db.audit import Audit
from duro.email import LinkRule, SmtpSecurity
from duro.kernel import IdFactory, Mode, PaymentAttemptId
from duro.merchant_api.payer_links import LinkSettings
from duro.payments import InboundWebhook, MandateGateway, PaymentRequestGateway
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.mail_sink import MailSink
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.stepping_clock import SteppingClock
from journey.banks import Bank, BankInProcess
from journey.worker import Worker

_LINK_KEY = "made up for the links of journeys"
_PUSHED = "select reference, amount from {mode}.incoming_payments"
_SUCCEEDED = "select id, amount from {mode}.payment_attempts where status = 'succeeded'"


class World:
    """One clock, one database, the public API over HTTP, a billing worker and a bank."""

    def __init__(
        self,
        *,
        clock: SteppingClock,
        api_url: str,
        worker: Worker,
        hire: Callable[[], AbstractAsyncContextManager[Worker]],
        bank: Bank,
        rails: BankInProcess | None,
        admin: DatabasePool,
    ) -> None:
        self.rails = rails
        self.clock = clock
        self.hire = hire
        self.api_url = api_url
        self.worker = worker
        self.bank = bank
        self.admin = admin

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database: ClonedDatabase,
        redis_url: str,
        *,
        clock: SteppingClock,
        ids: IdFactory,
        bank: Bank,
        rails: BankInProcess | None = None,
        letters: MailSink | None = None,
    ) -> AsyncIterator["World"]:
        """Open a world of cards; with the bank of other rails, payers also push money and approve debits there.

        With a mail server, people get what they are told, with links to pages of the API's own.
        """
        port = 0 if letters is None else ProcessRunner.free_port()
        settings = Settings(
            is_development=True,
            test_database_url=database.test_url,
            live_database_url=database.live_url,
            pool_size=4,
            links=cls._links(port),
        )
        gateway = bank.gateway()
        asking, mandates, webhooks = ((), (), ()) if rails is None else cls._rails(rails)
        api = await Composition.open(
            settings, Collaborators(clock, ids, bank.gateway(), webhooks=webhooks, asking=asking, mandates=mandates)
        )
        admin = await DatabasePool.open(database.admin_url, max_size=4)
        async with PublicApiServer(api, port=port) as server:
            hire = partial(
                Worker.open,
                database,
                redis_url,
                gateway=gateway,
                asking=asking,
                mandates=mandates,
                clock=clock,
                post=None if letters is None else cls._post(letters, links=settings.links),
            )
            async with hire() as worker:
                yield cls(
                    clock=clock, api_url=server.url, worker=worker, hire=hire, bank=bank, rails=rails, admin=admin
                )
            await gateway.close()
        await admin.close()

    async def reach(self, when: str) -> list[str]:
        """Let it become this instant, nine in the morning (UTC) if only a day is named, and let the worker work.

        Names what it worked on.
        """
        self.clock.set(self._instant(when))
        return await self.worker.tick()

    async def lives_until(self, when: str) -> None:
        """Let it become this instant in live mode, the worker at work every morning before and then, to the end.

        Nine in the morning (UTC) is meant if only a day is named.
        """
        until = self._instant(when)
        while (morning := self._next_morning()) < until:
            await self._live(morning)
        await self._live(until)

    async def taken(self) -> list[int]:
        """The amounts that the bank took in this world and keeps, in the order it was first asked."""
        return [charge.amount for charge in (await self.bank.charges()).values() if charge.takings]

    async def _live(self, at: Instant) -> None:
        self.clock.set(at)
        if self.rails is not None:
            await self.rails.tell(self.api_url)
        await self.worker.settle(Mode.LIVE)

    @staticmethod
    def _links(port: int) -> LinkSettings:
        rule = LinkRule(is_development=True)
        return LinkSettings(base=f"http://127.0.0.1:{port}/", keys=(_LINK_KEY.encode(),), rule=rule)

    @staticmethod
    def _post(letters: MailSink, *, links: LinkSettings) -> dict[str, str]:
        server = letters.settings(SmtpSecurity.PLAIN, password="")
        return {
            "DURO_LINK_BASE": links.base,
            "DURO_LINK_KEY": _LINK_KEY,
            "DURO_MAIL_FROM": "billing@duro.example",
            "DURO_SMTP_HOST": server.host,
            "DURO_SMTP_PORT": str(server.port),
            "DURO_SMTP_SECURITY": server.security.value,
        }

    @staticmethod
    def _rails(
        bank: BankInProcess,
    ) -> tuple[tuple[PaymentRequestGateway, ...], tuple[MandateGateway, ...], tuple[InboundWebhook, ...]]:
        return (bank.asking(),), (bank.mandates(),), (bank.webhooks(),)

    def _next_morning(self) -> Instant:
        now = self.clock.now().to_fixed_offset()
        today = now.date().at(Time(9)).assume_utc()
        return today if self.clock.now() < today else today + TimeDelta(hours=24)

    @staticmethod
    def _instant(when: str) -> Instant:
        return Instant.parse_iso(when if "T" in when else f"{when}T09:00:00Z")

    async def is_in_order(self) -> None:
        """The books of both modes are clean: the bank took exactly what they say was paid, each charge once.

        What payers pushed is in them, too, each sending once.
        """
        for mode in Mode:
            assert (await Audit(self.admin).run(mode)).findings == ()
        paid: dict[str, int] = {}
        async with self.admin.acquire() as connection:
            for mode in Mode:
                rows = await connection.fetch(_SUCCEEDED.format(mode=mode.value))
                paid |= {PaymentAttemptId(row["id"]).suffix: row["amount"] for row in rows}
            pushed = {
                row["reference"]: row["amount"]
                for mode in Mode
                for row in await connection.fetch(_PUSHED.format(mode=mode.value))
            }
        assert pushed == ({} if self.rails is None else await self.rails.pushed())
        charges = await self.bank.charges()
        assert {reference: charge.amount for reference, charge in charges.items() if charge.takings} == paid
        assert {charge.takings for charge in charges.values()} <= {0, 1}
