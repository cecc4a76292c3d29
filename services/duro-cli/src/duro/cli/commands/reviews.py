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
from duro.db.waiting_reviews import WaitingReview, WaitingReviews
from duro.kernel import (
    Clock,
    Currency,
    DomainError,
    IdFactory,
    MalformedIdError,
    Mode,
    Money,
    PaymentAttemptId,
    UnknownCurrencyError,
)
from duro.merchant_api.reviews import DecidedReview, Verdict

_MOST: Final = 1_000


class NoReviewsError(CommandError):
    """The database can't be read or has no such attempt in review, or the decision isn't complete."""


@final
class ReviewsCommand:
    """Shows the charges that only a person can explain, and settles them as that person says."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock, ids: IdFactory) -> None:
        self._access = access
        self._console = console
        self._clock = clock
        self._ids = ids

    def run(
        self,
        *,
        limit: Annotated[int, typer.Option(help="How many to list of each mode, oldest first.", min=1, max=_MOST)] = 50,
        taken: Annotated[str | None, typer.Option(help="Money was taken by this one: txn_…")] = None,
        not_taken: Annotated[str | None, typer.Option(help="Nothing was taken by this one: txn_…")] = None,
        amount: Annotated[int | None, typer.Option(help="How much was taken, in minor units.", min=1)] = None,
        currency: Annotated[str | None, typer.Option(help="Its currency, if another than was asked for.")] = None,
        by: Annotated[str | None, typer.Option(help="Who decides it.")] = None,
        note: Annotated[str | None, typer.Option(help="How they know.")] = None,
    ) -> None:
        """List the charges that wait for a person, or settle one by what its provider's books really say."""
        if taken is None and not_taken is None:
            asyncio.run(self.show(limit))
            return
        if taken is not None and not_taken is not None:
            message = "It was taken or it wasn't: give --taken or --not-taken."
            raise NoReviewsError(message)
        if (taken is None) != (amount is None) or (amount is None and currency is not None):
            message = "Say with --amount how much was taken; nothing has no amount."
            raise NoReviewsError(message)
        if not (by and note):
            message = "Say with --by who decides, and with --note how they know: both are kept."
            raise NoReviewsError(message)
        asyncio.run(self.decide(taken or not_taken or "", amount=amount, currency=currency, by=by, note=note))

    async def show(self, limit: int) -> None:
        async with self._pool() as pool:
            waiting = WaitingReviews(pool)
            count = await waiting.count()
            reviews = [review for mode in Mode for review in await waiting.oldest(mode, limit)] if count else []
        for review in reviews:
            self._print(review)
        self._say(f"{count} charges wait for a person" if count else "no charge waits for a person")

    async def decide(self, name: str, *, amount: int | None, currency: str | None, by: str, note: str) -> None:
        """Raise NoReviewsError where none such waits, or what was decided can't be."""
        async with self._pool() as pool:
            try:
                review = await WaitingReviews(pool).find(PaymentAttemptId.parse(name))
                if review is None:
                    message = f"No charge {name} waits; give what `duro reviews` lists."
                    raise NoReviewsError(message)
                said = review.asked.currency if currency is None else Currency(currency)
                money = None if amount is None else Money(amount, said)
                verdict = Verdict(attempt_id=review.attempt_id, taken=money, by=by, note=note)
                bench = DecisionBench(pool, review.mode, clock=self._clock, ids=self._ids)
                decided = await bench.reviews().execute(review.tenant_id, verdict)
            except (DomainError, MalformedIdError, UnknownCurrencyError) as error:
                raise NoReviewsError(f"{name}: {error}") from error
        self._say(self._told(decided))

    @staticmethod
    def _told(decided: DecidedReview) -> str:
        attempt, invoice = decided.attempt, decided.invoice
        money = "" if decided.received is None else f"; what came beside it is {decided.received.value}"
        return (
            f"{attempt.id} is {attempt.status.value}; "
            f"{invoice.id} is {invoice.status.value}, {invoice.amount_paid} of {invoice.total} paid{money}"
        )

    def _print(self, review: WaitingReview) -> None:
        """Show one in lines that aren't cut, so that ids can be copied."""
        self._say(f"{review.attempt_id}  {review.mode.value}  {review.asked} asked for, since {review.since}")
        self._say(f"    {review.tenant_id}  {review.subscription_id}  {review.invoice_id}")
        self._say(f"    {PlainText(f'{review.provider}, {review.code}: {review.told}').shown}")

    @asynccontextmanager
    async def _pool(self) -> AsyncGenerator[DatabasePool, None]:
        async with self._access.pool(NoReviewsError, "There are no charges to decide") as pool:
            yield pool

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
