import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Final, final

import typer
from rich.console import Console
from rich.table import Table

from duro.cli.database_access import DatabaseAccess
from duro.cli.decision_bench import DecisionBench
from duro.cli.errors import CommandError
from duro.cli.folder_lock import FolderLock
from duro.cli.home import Home
from duro.cli.notice_bench import NoticeBench
from duro.cli.running_file import RunningFile
from duro.cli.screen.plain_text import PlainText
from duro.db.kept_notices import KeptNotice, WaitingNotices
from duro.db.waiting_money import WaitingMoney
from duro.kernel import Clock, DomainError, IdFactory, MalformedIdError, Mode, NotFoundError, SubscriptionId, TenantId

_MOST: Final = 1_000
_CONNECTIONS: Final = 2


class NoNoticesError(CommandError):
    """The database can't be read, has no tables of ours, or keeps no such notice."""


@final
class NoticesCommand:
    """Shows what payment providers told and nobody could act on."""

    def __init__(
        self,
        *,
        home: Home,
        environ: Mapping[str, str],
        access: DatabaseAccess,
        console: Console,
        clock: Clock,
        ids: IdFactory,
    ) -> None:
        self._home = home
        self._environ = environ
        self._ids = ids
        self._access = access
        self._console = console
        self._clock = clock

    def run(
        self,
        *,
        limit: Annotated[int, typer.Option(help="How many to list, oldest first.", min=1, max=_MOST)] = 50,
        bodies: Annotated[bool, typer.Option("--bodies", help="Also show them as they came.")] = False,
        handled: Annotated[
            str | None, typer.Option(help="Mark the one of this provider and key as dealt with: provider/key.")
        ] = None,
        again: Annotated[
            str | None, typer.Option(help="Act on this one once more, now that what it is about may be known.")
        ] = None,
        to: Annotated[
            str | None, typer.Option(help="With --again: it tells of money, and that is for this subscription: sub_…")
        ] = None,
    ) -> None:
        """List the notices of payment providers that wait for a person, act on one again, or mark it as dealt with."""
        if to is not None and again is None:
            message = "Say with --again which notice tells of the money."
            raise NoNoticesError(message)
        if again is not None:
            asyncio.run(self.act_again(again) if to is None else self.take_in(again, to=to))
        elif handled is not None:
            asyncio.run(self.handle(handled))
        else:
            asyncio.run(self.show(limit, bodies=bodies))

    async def show(self, limit: int, *, bodies: bool) -> None:
        async with self._waiting() as waiting:
            count = await waiting.count()
            notices = await waiting.oldest(limit) if count else ()
        if notices:
            self._print(notices, bodies=bodies)
        self._say(f"{count} notices wait for a person" if count else "no notice waits for a person")

    async def handle(self, name: str) -> None:
        """Raise NoNoticesError where none such waits."""
        provider, _, key = name.partition("/")
        async with self._waiting() as waiting:
            if not await waiting.handle(provider=provider, key=key, at=self._clock.now()):
                raise self._none(name)
        self._say(f"{name} is dealt with")

    async def act_again(self, name: str) -> None:
        """Do what the notice says, as if it came now, and take it off the list.

        Raise NoNoticesError where none such waits, or it still can't be acted on.
        """
        provider, _, key = name.partition("/")
        async with self._access.pool(NoNoticesError, "There are no notices to act on", size=_CONNECTIONS) as pool:
            waiting = WaitingNotices(pool)
            notice = await waiting.find(provider=provider, key=key)
            if notice is None:
                raise self._none(name)
            try:
                async with self._bench().over(pool) as acting:
                    doubt = await acting.execute(provider, notice.body, key=key)
            except DomainError as error:
                raise NoNoticesError(f"{name}: {error}") from error
            if doubt is not None:
                message = f"{name} still waits: {doubt.detail}"
                raise NoNoticesError(message)
            await waiting.handle(provider=provider, key=key, at=self._clock.now())
        self._say(f"{name} was acted on and is dealt with")

    async def take_in(self, name: str, *, to: str) -> None:
        """Receive the money that the notice tells of for that subscription, and take it off the list.

        Raise NoNoticesError where no such notice waits, it tells of no money or of some that was taken in before, or
        nobody has that subscription.
        """
        provider, _, key = name.partition("/")
        async with self._access.pool(NoNoticesError, "There are no notices to act on", size=_CONNECTIONS) as pool:
            waiting = WaitingNotices(pool)
            notice = await waiting.find(provider=provider, key=key)
            if notice is None:
                raise self._none(name)
            try:
                subscription_id = SubscriptionId.parse(to)
                money = WaitingMoney(pool)
                owner = await money.owner(subscription_id)
                if owner is None:
                    raise NotFoundError("subscription", to)
                mode, tenant = owner
                take = DecisionBench(pool, mode, clock=self._clock, ids=self._ids).kept_money()
                told = take.told(provider=provider, body=notice.body, key=key)
                holder = await money.holder(provider, told.provider_reference)
                if holder is not None:
                    raise self._known(name, *holder)
                received = await take.execute(tenant, subscription_id, provider=provider, told=told)
            except (DomainError, MalformedIdError) as error:
                raise NoNoticesError(f"{name}: {error}") from error
            await waiting.handle(provider=provider, key=key, at=self._clock.now())
        self._say(f"{name} was taken in for {to}: {received.value}")

    def _bench(self) -> NoticeBench:
        running = RunningFile.read(self._home.running_path) if FolderLock.is_held(self._home.lock_path) else None
        url = self._environ.get("DURO_GATEWAY_URL") or (running and running.gateway_url)
        if not url:
            message = "Some notices are looked up: name the gateway in DURO_GATEWAY_URL, or let `duro up` run."
            raise NoNoticesError(message)
        is_development = self._environ.get("DURO_PROFILE", "development") == "development"
        return NoticeBench(gateway_url=url, is_development=is_development, clock=self._clock, ids=self._ids)

    @staticmethod
    def _none(name: str) -> NoNoticesError:
        return NoNoticesError(f"No notice {name} waits; give what `duro notices` lists.")

    @staticmethod
    def _known(name: str, mode: Mode, tenant: TenantId) -> NoNoticesError:
        message = f"{name}: that money was taken in before, for {tenant} ({mode.value}); mark it with --handled."
        return NoNoticesError(message)

    def _print(self, notices: tuple[KeptNotice, ...], *, bodies: bool) -> None:
        table = Table(title="notices", title_justify="left")
        for heading in ("notice", "received", "kind", "why it waits", *(("body",) if bodies else ())):
            table.add_column(heading, overflow="fold")
        for notice in notices:
            why = f"{notice.reason.value}: {notice.detail}"
            body = (notice.body.decode("utf-8", "backslashreplace"),) if bodies else ()
            cells = (f"{notice.provider}/{notice.key}", notice.received_at.format_iso(), notice.kind, why, *body)
            table.add_row(*(PlainText(cell).escaped for cell in cells))
        self._console.print(table)

    @asynccontextmanager
    async def _waiting(self) -> AsyncGenerator[WaitingNotices, None]:
        async with self._access.pool(NoNoticesError, "There are no notices to show") as pool:
            yield WaitingNotices(pool)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
