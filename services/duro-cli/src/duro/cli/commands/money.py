import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Final, final

import typer
from rich.console import Console

from duro.cli.database_access import DatabaseAccess
from duro.cli.decision_bench import DecisionBench
from duro.cli.errors import CommandError
from duro.cli.screen.plain_text import PlainText
from duro.db import DatabasePool
from duro.db.waiting_money import WaitingMoney, WaitingPayment
from duro.kernel import (
    Clock,
    DomainError,
    IdFactory,
    IncomingPaymentId,
    InvoiceId,
    MalformedIdError,
    SubscriptionId,
)
from duro.merchant_api.pushed import MoneyVerdict, Received

_MOST: Final = 1_000


class NoMoneyError(CommandError):
    """The database can't be read or has no such money, or the decision isn't complete."""


@final
class MoneyCommand:
    """Shows the money that nobody could allocate, and lets a person say whose it is or that it was sent back."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock, ids: IdFactory) -> None:
        self._access = access
        self._console = console
        self._clock = clock
        self._ids = ids

    def run(
        self,
        *,
        limit: Annotated[int, typer.Option(help="How many to list, oldest first.", min=1, max=_MOST)] = 50,
        allocate: Annotated[str | None, typer.Option(help="This money has a purpose: inp_…")] = None,
        to: Annotated[
            str | None, typer.Option(help="What it pays: inv_…, or what sub_… owes, else its credit.")
        ] = None,
        sent_back: Annotated[str | None, typer.Option(help="This money has left again, outside of Duro: inp_…")] = None,
        by: Annotated[str | None, typer.Option(help="Who decides it.")] = None,
        note: Annotated[str | None, typer.Option(help="How they know.")] = None,
    ) -> None:
        """List the money that waits for a person, or settle some as that person says."""
        if allocate is None and sent_back is None:
            asyncio.run(self.show(limit))
            return
        if allocate is not None and sent_back is not None:
            message = "It is somebody's or it was sent back: give --allocate or --sent-back."
            raise NoMoneyError(message)
        if (allocate is None) != (to is None):
            message = "Say with --to what --allocate has it pay; what was sent back pays nothing."
            raise NoMoneyError(message)
        if not (by and note):
            message = "Say with --by who decides, and with --note how they know: both are kept."
            raise NoMoneyError(message)
        asyncio.run(self.decide(allocate or sent_back or "", to=to, by=by, note=note))

    async def show(self, limit: int) -> None:
        async with self._pool() as pool:
            waiting = await WaitingMoney(pool).all()
        for payment in waiting[:limit]:
            self._print(payment)
        self._say(f"{len(waiting)} payments wait for a person" if waiting else "no money waits for a person")

    async def decide(self, name: str, *, to: str | None, by: str, note: str) -> None:
        """Raise NoMoneyError where none such waits, or what was decided can't be."""
        async with self._pool() as pool:
            try:
                payment = await WaitingMoney(pool).find(IncomingPaymentId.parse(name))
                if payment is None:
                    message = f"No money {name} waits; give what `duro money` lists."
                    raise NoMoneyError(message)
                verdict = MoneyVerdict(payment_id=payment.payment_id, to=self._purpose(to), by=by, note=note)
                bench = DecisionBench(pool, payment.mode, clock=self._clock, ids=self._ids)
                received = await bench.money().execute(payment.tenant_id, verdict)
            except (DomainError, MalformedIdError) as error:
                raise NoMoneyError(f"{name}: {error}") from error
        self._say(self._told(payment, to, received))

    @staticmethod
    def _purpose(to: str | None) -> SubscriptionId | InvoiceId | None:
        if to is None:
            return None
        return InvoiceId.parse(to) if to.startswith(f"{InvoiceId.prefix}_") else SubscriptionId.parse(to)

    @staticmethod
    def _told(payment: WaitingPayment, to: str | None, received: Received | None) -> str:
        became = "was sent back" if received is None else f"went to {to}: {received.value}"
        return f"{payment.amount} of {payment.payment_id} {became}"

    def _print(self, payment: WaitingPayment) -> None:
        """Show one in lines that aren't cut, so that ids can be copied."""
        self._say(
            f"{payment.payment_id}  {payment.mode.value}  {payment.amount} by {payment.rail}, {payment.received_at}"
        )
        self._say(f"    {payment.tenant_id}  {payment.subscription_id or 'for no subscription of ours'}")
        self._say(f"    {PlainText(f'{payment.provider}/{payment.reference}').shown}")

    @asynccontextmanager
    async def _pool(self) -> AsyncGenerator[DatabasePool, None]:
        async with self._access.pool(NoMoneyError, "There is no money to decide about") as pool:
            yield pool

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
