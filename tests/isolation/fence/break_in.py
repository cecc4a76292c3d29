from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx

from fence.estate import Estate
from fence.routes import Route, RouteBook, Slot
from fence.snapshot import Snapshot, Snapshots


@dataclass(frozen=True)
class BreakIn:
    """Tries every route with the names of things that belong to somebody else, and lists where it got anything."""

    http: httpx.AsyncClient
    book: RouteBook
    snapshots: Snapshots
    count_charges: Callable[[], int]

    async def holes(
        self, intruder: Estate, victims: Sequence[Estate], nobody: Estate, *, key: str | None = None
    ) -> list[str]:
        """Say what each hole let through; `nobody` names things that don't exist at all."""
        holes: list[str] = []
        stands = await self.snapshots.take()
        for route in self.book.guarded:
            for number, slots in enumerate(self.choices(route)):
                said: list[Said] = []
                for turn, owner in enumerate([nobody, *self._owners(victims, slots)]):
                    name = key and f"{key}-{route}-{number}-{turn}"
                    one, stands = await self._try(route, intruder, owner, slots, key=name, before=stands)
                    said.append(one)
                case = f"{route} [{', '.join(map(str, slots))}]"
                holes += [f"{case} {hole}" for each in said for hole in each.holes]
                if len({each.words for each in said}) > 1:
                    holes.append(f"{case} tells what exists from what doesn't")
        return holes

    @staticmethod
    def choices(route: Route) -> Iterable[tuple[Slot, ...]]:
        """Each slot alone, the rest being the intruder's own, and then all of them together."""
        for slot in route.slots:
            yield (slot,)
        if len(route.slots) > 1:
            yield route.slots

    @staticmethod
    def _owners(victims: Sequence[Estate], slots: tuple[Slot, ...]) -> Iterable[Estate]:
        """Whoever has a saved method is asked for a card, and for a mandate as well."""
        yield from victims
        if any(slot.kind == "pm" for slot in slots):
            yield from (victim.by_mandate for victim in victims)

    async def _try(
        self,
        route: Route,
        intruder: Estate,
        victim: Estate,
        slots: tuple[Slot, ...],
        *,
        key: str | None,
        before: Snapshot,
    ) -> "tuple[Said, Snapshot]":
        others = {slot: victim.named(route, slot) for slot in slots}
        charges = self.count_charges()
        headers = {} if key is None else {"Idempotency-Key": key.replace(" ", "")}
        answer = await self.send(intruder.request(route, others=others), intruder.secret, headers=headers)
        after = await self.snapshots.take()
        changes = Snapshots.changes(before, after)
        if key is not None:
            changes -= {(f"{intruder.schema}.idempotency_records", intruder.owner)}
        charged = self.count_charges() - charges
        return Said.of(route, slots, others, answer, changes=changes, charged=charged), after

    async def send(
        self, request: httpx.Request, secret: str | None, *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a request under a key."""
        shown = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        return await self.http.request(
            request.method,
            request.url.raw_path.decode(),
            content=request.content,
            headers={"Content-Type": "application/json", **shown, **(headers or {})},
        )


@dataclass(frozen=True)
class Said:
    """What came of one try: what got through, and the words of the answer without the names that were asked for."""

    holes: tuple[str, ...]
    words: str

    @classmethod
    def of(
        cls,
        route: Route,
        slots: tuple[Slot, ...],
        asked: Mapping[Slot, str],
        answer: httpx.Response,
        *,
        changes: set[tuple[str, UUID]],
        charged: int,
    ) -> "Said":
        holes = [f"changed {table} of {owner}" for table, owner in sorted(changes)]
        if charged:
            holes.append("charged a card")
        found = answer.json() if answer.headers["Content-Type"].startswith("application/json") else {}
        is_filter = all(slot.place == "query" for slot in slots)
        is_empty = is_filter and answer.status_code == 200 and (found["items"], found["hasMore"]) == ([], False)
        if answer.status_code != 404 and not is_empty:
            holes.append(f"answered {answer.status_code}")
        elif answer.status_code not in route.statuses:
            holes.append(f"answered {answer.status_code}, which it doesn't document")
        if "error" in found:
            found["error"].pop("requestId")
        words = f"{answer.status_code} {found}"
        for name in asked.values():
            words = words.replace(name, "…")
        return cls(tuple(holes), words)
