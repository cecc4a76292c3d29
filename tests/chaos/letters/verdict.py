from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, final

import asyncpg

from letters.people import Person
from letters.post import Post


class Wrong(StrEnum):
    """Everything that may not be true once all is told."""

    ROWS = "not exactly one row for what somebody is told"
    STUCK = "a message has no end"
    TWICE = "somebody was told twice for one cause"
    LOST = "nobody refused it, and it never arrived"
    UNTOLD = "it arrived, and we say that it didn't"
    DOUBT = "we don't know whether it left, and have no reason not to"
    STALE = "something that wasn't true any more was told, or something true wasn't"


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong once everything has an end; nothing, if everybody was told at most once and nothing was lost."""

    violations: tuple[tuple[Wrong, str], ...]
    ends: Counter[str]
    arrived: int

    @property
    def kinds(self) -> set[Wrong]:
        return {wrong for wrong, _ in self.violations}

    def count(self, wrong: Wrong) -> int:
        return sum(kind is wrong for kind, _ in self.violations)

    def __str__(self) -> str:
        counts = Counter(wrong for wrong, _ in self.violations)
        lines = [f"{count} × {wrong.value}" for wrong, count in counts.items()]
        return "\n".join([*lines, *(f"{wrong.name}: {detail}" for wrong, detail in self.violations[:30])]) or "clean"


@final
class Judge:
    """Holds our rows against what the vendors have in their hands, person by person, whatever it is called there."""

    FINAL: ClassVar[frozenset[str]] = frozenset({"sent", "refused", "unknown", "dropped"})

    def __init__(self, post: Post) -> None:
        self._post = post

    async def judge(self) -> Verdict:
        rows = await self._post.books.rows()
        arrived = self._arrived()
        by_person: dict[str, list[asyncpg.Record]] = {}
        for row in rows:
            by_person.setdefault(row["email"], []).append(row)
        violations = [
            violation
            for person in self._post.people.told
            for violation in self._of_person(person, by_person.get(person.email, []), arrived[person.email])
        ]
        ends = Counter(f"{row['status']} {row['outcome']}" for row in rows)
        violations += self._of_all(rows, arrived)
        return Verdict(tuple(violations), ends, arrived.total())

    def _arrived(self) -> Counter[str]:
        """Count what each person has got, on whichever way."""
        emails = {person.phone.removeprefix("+"): person.email for person in self._post.people.told}
        return Counter(
            [
                *(letter.recipient for letter in self._post.sink.letters),
                *(emails.get(message.to, message.to) for message in self._post.whatsapp.messages),
            ]
        )

    def _of_person(self, person: Person, rows: list[asyncpg.Record], arrived: int) -> Iterator[tuple[Wrong, str]]:
        if len(rows) != 1:
            yield Wrong.ROWS, f"{person.email} has {len(rows)}"
            return
        (row,) = rows
        name = f"{person.email} {row['kind']} {row['status']} {row['outcome']}, arrived {arrived} times"
        if row["status"] not in self.FINAL:
            yield Wrong.STUCK, name
        if arrived > 1:
            yield Wrong.TWICE, name
        if (row["status"] == "dropped") is person.is_to_be_told:
            yield Wrong.STALE, name
        if arrived and row["status"] in {"refused", "dropped"}:
            yield Wrong.UNTOLD, name
        if not arrived and row["status"] == "sent":
            yield Wrong.LOST, name
        if row["status"] == "refused" and not row["outcome"].startswith(("recipient:", "content:")):
            yield Wrong.LOST, name
        if row["outcome"] == "sender_vanished" and row["id"] not in self._post.books.held:
            yield Wrong.DOUBT, name

    def _of_all(self, rows: list[asyncpg.Record], arrived: Counter[str]) -> Iterator[tuple[Wrong, str]]:
        answers = self._post.answers
        refused = sum(row["status"] == "refused" for row in rows)
        if refused > answers.refusals:
            yield Wrong.LOST, f"{refused} are refused, and {answers.refusals} were"
        doubtful = sum(row["outcome"] == "unanswered" and not arrived[row["email"]] for row in rows)
        if doubtful > answers.hidden:
            yield Wrong.DOUBT, f"{doubtful} are unanswered, {answers.hidden} answers were hidden"
