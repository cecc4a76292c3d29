from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, final

from duro.billing import Cadence, Interval
from duro.db.audit import Audit
from duro.db.pool import DatabasePool
from duro.kernel import Mode
from duro.payments import SimulatedCard
from storm.books import Books, GatewayBook, Story, reference_of
from storm.population import Population


class Wrong(StrEnum):
    """Everything that may not be true after a storm."""

    MISSING = "subscriptions are missing"
    PENDING = "an attempt was never settled"
    TAKEN_TWICE = "one reference was taken twice"
    CHARGED_TWICE = "a customer was charged twice for one period"
    ORPHAN = "taken under a reference that nobody here gave"
    LOST = "taken there, not settled here as paid"
    PHANTOM = "paid here, never taken there"
    AMOUNT = "the two books name different amounts"
    BALANCE = "the two ledgers differ for a tenant"
    NOT_ADVANCED = "a subscription is not where one renewal leads"
    ADVANCED_TWICE = "a subscription advanced more than once"
    INVOICES = "not exactly one invoice, paid by exactly one attempt"
    RECOVERY = "not exactly one case, at the step that its renewal leads to"
    EVENTS = "the events are not exactly those of one renewal"
    MESSAGES = "the payer isn't told exactly what happened"
    AUDIT = "the audit found something"


@final
@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong, and with what."""

    wrong: Wrong
    detail: str


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with both books once the storm is over; nothing, if the loop is right."""

    violations: tuple[Violation, ...]
    paid: int
    declined: int
    presented_again: int

    @property
    def kinds(self) -> set[Wrong]:
        return {violation.wrong for violation in self.violations}

    def count(self, wrong: Wrong) -> int:
        return sum(violation.wrong is wrong for violation in self.violations)

    def __str__(self) -> str:
        counts = Counter(violation.wrong for violation in self.violations)
        lines = [f"{count} × {wrong.value}" for wrong, count in counts.items()]
        return "\n".join([*lines, *(f"{one.wrong.name}: {one.detail}" for one in self.violations[:30])]) or "clean"


@final
class Judge:
    """Holds our books, row by row, against the gateway's and against what each subscription must have become."""

    BEGUN: ClassVar[tuple[str, ...]] = ("1 subscription_created", "2 subscription_activated", "3 invoice_created")
    PAID: ClassVar[tuple[str, ...]] = (*BEGUN, "4 subscription_payment_success")
    RECOVERED: ClassVar[tuple[str, ...]] = (
        *BEGUN[:2],
        "3 subscription_recovered",
        "4 subscription_payment_success",
        "5 subscription_payment_recovered",
    )
    DECLINED_AGAIN: ClassVar[tuple[str, ...]] = (*BEGUN[:2], "3 subscription_payment_failed")
    DECLINED: ClassVar[tuple[str, ...]] = (*BEGUN, "4 subscription_past_due", "5 subscription_payment_failed")

    def __init__(self, population: Population, *, admin_url: str, gateway_url: str) -> None:
        self._population = population
        self._admin_url = admin_url
        self._gateway_url = gateway_url
        self._books = Books(admin_url)

    async def judge(self) -> Verdict:
        """Read the gateway's book first: whatever it has taken was written down here before it was sent."""
        theirs = await GatewayBook.read(self._gateway_url)
        stories = await self._books.stories()
        posted = await self._books.taken()
        violations = [
            *self._of_census(stories),
            *(violation for story in stories for violation in self._of_story(story, theirs)),
            *self._of_gateway(stories, theirs),
            *self._of_balances(stories, theirs, posted),
            *await self._of_audit(),
        ]
        return Verdict(
            tuple(violations),
            paid=sum(story.row["cycles_completed"] == 1 for story in stories),
            declined=sum(story.row["status"] == "past_due" for story in stories),
            presented_again=theirs.presented_again,
        )

    def _of_census(self, stories: list[Story]) -> Iterator[Violation]:
        wanted = self._population.form.renewals
        if len(stories) != wanted:
            yield Violation(Wrong.MISSING, f"{len(stories)} of {wanted}")

    def _of_story(self, story: Story, theirs: GatewayBook) -> Iterator[Violation]:
        name = f"{story.mode.value} {story.row['id']}"
        statuses = [attempt["status"] for attempt in story.attempts]
        if {"pending", "review"} & set(statuses):
            yield Violation(Wrong.PENDING, f"{name} {statuses}")
        takings = [
            theirs.taken[reference_of(one)]["takings"] for one in story.attempts if reference_of(one) in theirs.taken
        ]
        if sum(takings) > 1:
            yield Violation(Wrong.CHARGED_TWICE, f"{name} was charged {sum(takings)} times")
        card = SimulatedCard.of_token(story.row["token"])
        is_paid = card is not None and not card.decline
        if self._population.form.is_recovery:
            yield from self._recovered(story, name) if is_paid else self._declined_again(story, name)
        else:
            yield from self._paid(story, name) if is_paid else self._declined(story, name)

    def _paid(self, story: Story, name: str) -> Iterator[Violation]:
        row = story.row
        period = self._population.period_after(Cadence(Interval(row["interval"]), row["interval_count"]))
        stands = (row["status"], row["current_period_start"], row["current_period_end"], row["cycles_completed"])
        if stands != ("active", period.start, period.end, 1):
            wrong = Wrong.ADVANCED_TWICE if stands[3] > 1 else Wrong.NOT_ADVANCED
            yield Violation(wrong, f"{name} is {stands[0]} in [{stands[1]}, {stands[2]}) after {stands[3]}")
        invoices = [
            (one["status"], one["period_start"], one["period_end"], one["total"], one["amount_paid"])
            for one in story.invoices
        ]
        attempts = [(one["status"], one["amount"], one["currency"]) for one in story.attempts]
        is_single = attempts == [("succeeded", row["amount"], row["currency"])]
        if invoices != [("paid", period.start, period.end, row["amount"], row["amount"])] or not is_single:
            yield Violation(Wrong.INVOICES, f"{name} has {len(invoices)} invoices, attempts {attempts}")
        if story.cases:
            yield Violation(Wrong.RECOVERY, f"{name} is paid and has {story.cases} cases")
        yield from self._told(story, name, self.PAID, "receipt")

    def _declined(self, story: Story, name: str) -> Iterator[Violation]:
        row = story.row
        stands = (row["status"], row["current_period_end"], row["cycles_completed"])
        if stands != ("past_due", self._population.due_at, 0):
            yield Violation(Wrong.NOT_ADVANCED, f"{name} was declined and is {stands}")
        invoices = [(one["status"], one["amount_paid"]) for one in story.invoices]
        if invoices != [("open", 0)] or [one["status"] for one in story.attempts] != ["failed"]:
            yield Violation(Wrong.INVOICES, f"{name} was declined and has {invoices}")
        yield from self._open_case(story, name, tries=1)
        yield from self._told(story, name, self.DECLINED, "dunning_1")

    def _recovered(self, story: Story, name: str) -> Iterator[Violation]:
        row, invoice = story.row, story.invoices[0]
        stands = (row["status"], row["current_period_start"], row["current_period_end"], row["cycles_completed"])
        if stands != ("active", invoice["period_start"], invoice["period_end"], 1):
            wrong = Wrong.ADVANCED_TWICE if stands[3] > 1 else Wrong.NOT_ADVANCED
            yield Violation(wrong, f"{name} is {stands[0]} in [{stands[1]}, {stands[2]}) after {stands[3]}")
        invoices = [(one["status"], one["total"], one["amount_paid"]) for one in story.invoices]
        attempts = [(one["status"], one["amount"], one["currency"]) for one in story.attempts]
        tries = [(status, row["amount"], row["currency"]) for status in ("failed", "succeeded")]
        if invoices != [("paid", row["amount"], row["amount"])] or sorted(attempts) != tries:
            yield Violation(Wrong.INVOICES, f"{name} has {invoices}, attempts {attempts}")
        won = [one["id"] for one in story.attempts if one["status"] == "succeeded"]
        cases = [(one["state"], one["recovered_by"], one["attempts_made"], one["wake_at"]) for one in story.cases]
        if cases != [("recovered", *won, 2, None)]:
            yield Violation(Wrong.RECOVERY, f"{name} is paid and has {cases}")
        yield from self._told(story, name, self.RECOVERED, "payment_recovered", "receipt")

    def _declined_again(self, story: Story, name: str) -> Iterator[Violation]:
        row = story.row
        stands = (row["status"], row["current_period_end"], row["cycles_completed"])
        if stands != ("past_due", self._population.due_at, 0):
            yield Violation(Wrong.NOT_ADVANCED, f"{name} was declined and is {stands}")
        invoices = [(one["status"], one["amount_paid"]) for one in story.invoices]
        if invoices != [("open", 0)] or [one["status"] for one in story.attempts] != ["failed", "failed"]:
            yield Violation(Wrong.INVOICES, f"{name} was declined and has {invoices}")
        yield from self._open_case(story, name, tries=2)
        yield from self._told(story, name, self.DECLINED_AGAIN, "dunning_2")

    @staticmethod
    def _open_case(story: Story, name: str, *, tries: int) -> Iterator[Violation]:
        """Want one case that somebody has decided about and that rests, so long that no card was tried twice."""
        cases = [(one["state"], one["attempts_made"], one["action"] is None) for one in story.cases]
        if cases != [("scheduled", tries, False)]:
            yield Violation(Wrong.RECOVERY, f"{name} has the cases {cases}")

    @staticmethod
    def _told(story: Story, name: str, wanted: tuple[str, ...], *messages: str) -> Iterator[Violation]:
        """Want exactly these events, and once nobody has to decide about a case, exactly these messages."""
        if tuple(story.events) != wanted or story.row["event_sequence"] != len(wanted):
            yield Violation(Wrong.EVENTS, f"{name} told {story.events}")
        elif all(one["action"] is not None for one in story.cases) and tuple(story.messages) != messages:
            yield Violation(Wrong.MESSAGES, f"{name} has the messages {story.messages}")

    @staticmethod
    def _of_gateway(stories: list[Story], theirs: GatewayBook) -> Iterator[Violation]:
        ours = {reference_of(attempt): attempt for story in stories for attempt in story.attempts}
        for reference, line in theirs.taken.items():
            attempt = ours.get(reference)
            if line["takings"] > 1:
                yield Violation(Wrong.TAKEN_TWICE, f"{reference} was taken {line['takings']} times")
            if attempt is None:
                yield Violation(Wrong.ORPHAN, f"{reference} of {line['amount']} {line['currency']}")
            elif attempt["status"] != "succeeded":
                yield Violation(Wrong.LOST, f"{reference} is {attempt['status']} here")
            elif any(attempt[name] != line[name] for name in ("amount", "currency", "fee")):
                here, there = ((one["amount"], one["fee"]) for one in (attempt, line))
                yield Violation(Wrong.AMOUNT, f"{reference} is {here} here, {there} there")
        for reference, attempt in ours.items():
            if attempt["status"] == "succeeded" and reference not in theirs.taken:
                yield Violation(Wrong.PHANTOM, reference)

    @staticmethod
    def _of_balances(
        stories: list[Story], theirs: GatewayBook, posted: dict[tuple[object, str], int]
    ) -> Iterator[Violation]:
        tenants = {reference_of(one): story.row["tenant_id"] for story in stories for one in story.attempts}
        taken = theirs.taken_by(tenants)
        for key in sorted(taken.keys() | posted.keys(), key=str):
            if taken.get(key, 0) != posted.get(key, 0):
                yield Violation(Wrong.BALANCE, f"{key[0]}: {posted.get(key, 0)} here, {taken.get(key, 0)} there")

    async def _of_audit(self) -> list[Violation]:
        pool = await DatabasePool.open(self._admin_url, min_size=0, max_size=1)
        try:
            reports = [await Audit(pool).run(mode) for mode in Mode]
        finally:
            await pool.close()
        return [
            Violation(Wrong.AUDIT, f"{one.check.value} {one.detail}") for report in reports for one in report.findings
        ]
