"""Every route of the API, called with the names of things that are somebody else's."""

import httpx
from fence import Estate, Route, Snapshots
from litestar import Litestar

from duro.db.records import DunningEventId
from duro.db.states import JournalId
from duro.kernel import (
    CustomerId,
    DunningScheduleId,
    EventId,
    InvoiceId,
    MessageId,
    Mode,
    PaymentAttemptId,
    PaymentMethodId,
    PlanId,
    PromoCodeId,
    RefundId,
    SubscriptionId,
    TestClockId,
)

PUBLIC = {
    "GET /health/live",
    "GET /health/ready",
    "GET /docs",
    "GET /openapi.json",
    "POST /webhooks/inbound/{provider}",
    "GET /webhooks/whatsapp",
    "POST /webhooks/whatsapp",
    "GET /pay/{token}",
    "POST /pay/{token}",
    "GET /update/{token}",
    "POST /update/{token}",
}
"""What answers without a key; anything that joins these must be decided on here.

Providers sign what they tell, and we the links that we send payers.
"""


LISTED = {
    "plans": PlanId,
    "promo_codes": PromoCodeId,
    "customers": CustomerId,
    "payment_methods": PaymentMethodId,
    "subscriptions": SubscriptionId,
    "invoices": InvoiceId,
    "payment_attempts": PaymentAttemptId,
    "refunds": RefundId,
    "dunning_schedules": DunningScheduleId,
    "dunning_events": DunningEventId,
    "journals": JournalId,
    "events": EventId,
    "messages": MessageId,
}
LISTED_IN = {Mode.TEST: {**LISTED, "test_clocks": TestClockId}, Mode.LIVE: LISTED}
"""What lists show; a list of anything else finds no owner of its rows here."""


class TestEveryRoute:
    async def test_is_in_the_document_or_is_known_to_show_nothing_of_a_merchant(self, world):
        application = world.composition.application()
        while not isinstance(application, Litestar):
            application = application._inner
        served = {
            f"{method} {route.path_format}"
            for route in application.routes
            for method in route.methods - {"OPTIONS", "HEAD"}
        }
        guarded = {str(route) for route in world.book.guarded}
        assert served - PUBLIC == guarded
        assert len(guarded) >= 23

    async def test_serves_its_owner(self, world):
        """What the break-ins ask for is there; of what they would change, the idempotency keys' test shows as much."""
        estate = await world.newcomer()
        for route in (each for each in world.book.guarded if not each.is_mutation):
            answer = await world.break_in.send(estate.request(route), estate.secret)
            assert answer.status_code == route.success, f"{route}: {answer.text}"
            if route.is_list:
                assert answer.json()["items"], str(route)
            for slot in route.slots_in("query"):
                request = estate.request(route, others={slot: estate.named(route, slot)})
                found = await world.break_in.send(request, estate.secret)
                assert found.json()["items"], f"{route} by {slot}"

    async def test_shows_its_owner_also_what_a_payer_was_told_to_do(self, world):
        estate = await world.newcomer()
        for path in (f"/v1/payment-methods/{estate.names['mandate']}", f"/v1/recovery/schedules/{estate.names['dun']}"):
            answer = await world.break_in.send(httpx.Request("GET", f"http://api{path}"), estate.secret)
            assert '"accountNumber":"' in answer.text.replace(" ", ""), answer.text

    async def test_gives_nothing_of_others_and_changes_nothing(self, world):
        assert sum(1 for route in world.book.guarded for _ in world.break_in.choices(route)) >= 20
        for intruder, victims in world.trespasses():
            assert await world.break_in.holes(intruder, victims, world.nobody()) == []

    async def test_gives_nothing_of_others_under_an_idempotency_key_either(self, world):
        intruder, victims = world.trespasses()[0]
        assert await world.break_in.holes(intruder, victims, world.nobody(), key="another") == []


class TestEveryList:
    async def test_shows_rows_of_its_own_merchant_and_mode_alone(self, world):
        owned = await self._owned(world)
        for estate in [*world.intruder.values(), *world.victim.values()]:
            for route in self._lists(world, estate):
                shown = {item["id"] for item in await self._pages(world, route, estate)}
                assert shown, str(route)
                assert {owned.get(name) for name in shown} == {(estate.schema, estate.owner)}, str(route)

    async def test_goes_on_from_anothers_cursor_with_its_own_rows_alone(self, world):
        owned = await self._owned(world)
        stranger, reader = world.victim[Mode.TEST], world.intruder[Mode.TEST]
        for asking, giving in ((reader, stranger), (stranger, reader)):
            for route in self._lists(world, asking):
                cursor = (await self._page(world, route, giving, limit=1)).get("nextCursor")
                if cursor is None:
                    continue
                items = (await self._page(world, route, asking, cursor=cursor))["items"]
                assert {owned[item["id"]] for item in items} <= {(asking.schema, asking.owner)}

    @staticmethod
    def _lists(world, estate: Estate) -> list[Route]:
        is_live = estate.merchant.mode is Mode.LIVE
        lists = [route for route in world.book.guarded if route.is_list and not (is_live and route.is_of_test_mode)]
        assert len(lists) >= 6
        return lists

    async def _pages(self, world, route, estate):
        items, cursor = [], None
        while True:
            page = await self._page(world, route, estate, limit=2, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page.get("nextCursor")
            if cursor is None:
                return items

    async def _page(self, world, route, estate, **params):
        request = estate.request(route)
        answer = await world.http.get(
            request.url.path, params=params, headers={"Authorization": f"Bearer {estate.secret}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _owned(self, world):
        """Read whose every row is, by its id as the API writes it."""
        owned = {}
        for mode in Mode:
            for table, kind in LISTED_IN[mode].items():
                rows = await world.admin.fetch(f"select tenant_id, id from {mode.value}.{table}")
                owned |= {str(kind(row["id"])): (mode.value, row["tenant_id"]) for row in rows}
        return owned


class TestAnIdempotencyKey:
    async def test_replays_nothing_to_another_merchant_or_mode(self, world):
        """What is put in place as a whole reads the same whoever puts it."""
        mutations = [route for route in world.book.guarded if route.is_mutation]
        assert len(mutations) >= 9
        for route in mutations:
            owner, stranger = await world.newcomer(), await world.stage.merchant()
            request, headers = owner.request(route), {"Idempotency-Key": f"shared-{route}".replace(" ", "-")}
            first = await world.break_in.send(request, owner.secret, headers=headers)
            assert first.status_code == route.success, f"{route}: {first.text}"
            again = await world.break_in.send(request, owner.secret, headers=headers)
            assert again.headers["Idempotent-Replayed"] == "true"
            for other in (stranger, owner.merchant.in_mode(Mode.LIVE)):
                is_nowhere = route.is_of_test_mode and other.mode is Mode.LIVE
                is_gone = route.method == "DELETE"
                status = 404 if route.slots or is_nowhere or is_gone else route.success
                answer = await world.break_in.send(request, other.secret.text, headers=headers)
                assert "Idempotent-Replayed" not in answer.headers, str(route)
                assert answer.status_code == status, f"{route}: {answer.text}"
                assert (answer.json() == first.json()) is (route.method == "PUT"), str(route)


class TestTheBreakIn:
    """These tests would notice: with the walls down, their tries get through."""

    async def test_finds_holes_once_a_key_speaks_for_another_merchant(self, scratch):
        intruder, victim = scratch.intruder[Mode.TEST], scratch.victim[Mode.TEST]
        await scratch.admin.execute(
            "update core.api_keys set tenant_id = $1 where tenant_id = $2", victim.owner, intruder.owner
        )
        holes = await scratch.break_in.holes(intruder, [victim], scratch.nobody())
        open_routes = {hole.split(" [")[0] for hole in holes}
        assert open_routes == {str(route) for route in scratch.book.guarded if route.slots}

    async def test_meets_statements_that_keep_merchants_apart_even_when_the_policies_are_gone(self, scratch):
        for table in scratch.tables:
            await scratch.admin.execute(
                f"alter table {table.full_name} disable row level security, no force row level security"
            )
        intruder, victim = scratch.intruder[Mode.TEST], scratch.victim[Mode.TEST]
        holes = await scratch.break_in.holes(intruder, [victim], scratch.nobody())
        assert holes == []

    async def test_sees_every_change_and_whose_it_is(self, scratch):
        victim = scratch.victim[Mode.TEST]
        before = await scratch.snapshots.take()
        await scratch.admin.execute("update test.customers set name = 'x' where tenant_id = $1", victim.owner)
        after = await scratch.snapshots.take()
        assert Snapshots.changes(before, after) == {("test.customers", victim.owner)}
        assert Snapshots.changes(after, await scratch.snapshots.take()) == set()


class TestAnEstate:
    async def test_has_a_row_in_every_table(self, world):
        snapshot = await world.snapshots.take()
        tables = {table.full_name for table in world.tables}
        for estates in (world.intruder, world.victim):
            owner = estates[Mode.TEST].owner
            assert {table for table, tenant_id in snapshot if tenant_id == owner} == tables
