import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import httpx
import pytest_asyncio
from whenever import TimeDelta

from duro.kernel import CustomerId, Mode
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.testkit.deadline import Deadline
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant
from duro.testkit.stepping_clock import SteppingClock

CONNECTIONS = httpx.Limits(max_connections=25)
CUSTOMER = {"email": "ada@example.com"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(server: PublicApiServer, merchant: StagedMerchant) -> AsyncGenerator[list[MerchantClient]]:
    """Ten servers of the merchant's, each with twenty-five connections to the API."""
    headers = {"Authorization": f"Bearer {merchant.secret.text}"}
    async with AsyncExitStack() as stack:
        yield [
            MerchantClient(
                await stack.enter_async_context(
                    httpx.AsyncClient(
                        base_url=server.url, headers=headers, timeout=600, trust_env=False, limits=CONNECTIONS
                    )
                )
            )
            for _ in range(10)
        ]


class TestReplay:
    async def test_gives_the_same_bytes_and_says_so(self, either: MerchantClient):
        first = await either.post("/v1/customers", CUSTOMER, key="k")
        second = await either.post("/v1/customers", CUSTOMER, key="k")
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        assert len((await either.read("/v1/customers"))["items"]) == 1

    async def test_gives_a_refusal_again_even_after_its_cause_has_gone(self, api: MerchantClient):
        taken = await api.customer(ref="same")
        first = await api.post("/v1/customers", {**CUSTOMER, "ref": "same"}, key="k")
        await api.http.patch(f"/v1/customers/{taken['id']}", json={"ref": None})
        second = await api.post("/v1/customers", {**CUSTOMER, "ref": "same"}, key="k")
        assert code(first) == (409, "customer_ref_taken")
        assert first.content == second.content
        assert second.headers["Idempotent-Replayed"] == "true"

    async def test_is_not_made_of_what_never_reached_the_controller(self, api: MerchantClient):
        assert (await api.post("/v1/customers", {"email": 1}, key="k")).status_code == 422
        assert (await api.post("/v1/customers", CUSTOMER, key="k")).status_code == 201

    async def test_shows_the_first_answer_of_a_start_whatever_happened_since(self, api: MerchantClient, gateway):
        order = await api.order()
        first = await api.post("/v1/subscriptions", order, key="k")
        await api.post(f"/v1/subscriptions/{first.json()['id']}/cancel")
        second = await api.post("/v1/subscriptions", order, key="k")
        assert second.content == first.content
        assert second.json()["status"] == "active"
        assert len(gateway.charges) == 1


class TestKey:
    async def test_is_refused_for_another_body_path_or_method(self, api: MerchantClient):
        customer = (await api.post("/v1/customers", CUSTOMER, key="k")).json()
        body = await api.post("/v1/customers", {"email": "b@example.com"}, key="k")
        path = await api.post("/v1/plans", {"name": "P", "amount": 1, "currency": "NGN", "interval": "day"}, key="k")
        method = await api.http.patch(f"/v1/customers/{customer['id']}", json={}, headers={"Idempotency-Key": "k"})
        for answer in (body, path, method):
            assert code(answer) == (409, "idempotency_key_reused")

    async def test_means_nothing_in_the_other_mode_or_to_another_merchant(
        self, api: MerchantClient, stage: Stage, server: PublicApiServer, merchant: StagedMerchant
    ):
        await api.post("/v1/customers", CUSTOMER, key="k")
        other = await stage.merchant()
        for secret in (merchant.secrets[Mode.LIVE], other.secret):
            headers = {"Authorization": f"Bearer {secret.text}", "Idempotency-Key": "k"}
            answer = await api.http.post("/v1/customers", json={"email": "b@example.com"}, headers=headers)
            assert answer.status_code == 201
            assert "Idempotent-Replayed" not in answer.headers

    async def test_is_forgotten_after_a_day_and_then_names_something_new(
        self, api: MerchantClient, clock: SteppingClock
    ):
        first = await api.post("/v1/customers", CUSTOMER, key="k")
        clock.advance(TimeDelta(hours=24) - TimeDelta(microseconds=1))
        assert (await api.post("/v1/customers", CUSTOMER, key="k")).content == first.content
        clock.advance(TimeDelta(microseconds=1))
        second = await api.post("/v1/customers", {"email": "b@example.com"}, key="k")
        assert second.status_code == 201
        assert second.json()["id"] != first.json()["id"]

    async def test_is_refused_out_of_bounds(self, api: MerchantClient):
        for key in ("", "x" * 256, "two words", "tab\tbed", "é"):
            headers = [(b"Idempotency-Key", key.encode("latin-1"))]
            answer = await api.http.post("/v1/customers", json=CUSTOMER, headers=headers)
            assert code(answer) == (422, "validation_error"), key
            assert answer.json()["error"]["details"][0]["path"] == "Idempotency-Key"

    async def test_may_be_as_long_as_255_characters(self, api: MerchantClient):
        assert (await api.post("/v1/customers", CUSTOMER, key="~" * 255)).status_code == 201

    async def test_is_refused_when_sent_twice(self, api: MerchantClient):
        headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        assert (await api.http.post("/v1/customers", json=CUSTOMER, headers=headers)).status_code == 422


class TestAThousandAtOnce:
    """Each of them gets the one answer, or is told that it isn't there yet and gets it when it asks again."""

    async def test_make_one_plan(self, api: MerchantClient, crowd: list[MerchantClient]):
        body = {"name": "Gold", "amount": 500_000, "currency": "NGN", "interval": "month"}
        answer = await self._answer(crowd, "/v1/plans", body)
        assert (await api.read("/v1/plans"))["items"] == [answer]

    async def test_start_and_charge_one_subscription(self, api: MerchantClient, crowd: list[MerchantClient], gateway):
        """The charge waits at the door until somebody who came later has been told that it is on its way."""
        order = await api.order()
        gateway.door.clear()
        asking = asyncio.create_task(self._answer(crowd, "/v1/subscriptions", order))
        await Deadline(60).until(lambda: gateway.charges, "the charge to be at the door")
        assert code(await api.post("/v1/subscriptions", order, key="k")) == (409, "idempotency_in_progress")
        gateway.door.set()
        answer = await asking
        assert answer["status"] == "active"
        assert (await api.read("/v1/subscriptions"))["items"] == [answer]
        assert len(gateway.charges) == 1

    @classmethod
    async def _answer(cls, crowd: list[MerchantClient], path: str, body: dict[str, object]) -> dict[str, object]:
        """Ask a thousand times at once, let those ask again who were told to wait, and give the body all have got."""
        answers = await cls._asked(crowd, 1_000, path, body)
        early = [answer for answer in answers if answer.status_code != 201]
        assert {code(answer) for answer in early} <= {(409, "idempotency_in_progress")}
        answers = [answer for answer in answers if answer.status_code == 201]
        answers += await cls._asked(crowd, len(early), path, body)
        assert {answer.status_code for answer in answers} == {201}
        assert len(answers) == 1_000
        assert len({answer.content for answer in answers}) == 1
        assert sum(1 for answer in answers if "Idempotent-Replayed" not in answer.headers) == 1
        return answers[0].json()

    @staticmethod
    async def _asked(
        crowd: list[MerchantClient], times: int, path: str, body: dict[str, object]
    ) -> list[httpx.Response]:
        """Ask so often over all connections, each asking again as soon as it is answered: 250 are always in flight."""
        turns, answers = iter(range(times)), list[httpx.Response]()

        async def ask(client: MerchantClient) -> None:
            for _ in turns:
                answers.append(await client.post(path, body, key="k"))

        lanes = [client for client in crowd for _ in range(CONNECTIONS.max_connections or 1)]
        await asyncio.gather(*(ask(client) for client in lanes))
        return answers


class TestInFlight:
    async def test_is_told_at_once_while_a_charge_is_on_its_way(self, api: MerchantClient, gateway):
        order = await api.order()
        gateway.door.clear()
        starting = asyncio.create_task(api.post("/v1/subscriptions", order, key="k"))
        await Deadline(10).until(lambda: gateway.charges, "the charge to be at the door")
        second = await api.post("/v1/subscriptions", order, key="k")
        assert code(second) == (409, "idempotency_in_progress")
        gateway.door.set()
        first = await starting
        third = await api.post("/v1/subscriptions", order, key="k")
        assert (first.status_code, third.content) == (201, first.content)

    async def test_is_told_at_once_while_a_single_transaction_is_open(
        self, api: MerchantClient, merchant: StagedMerchant
    ):
        customer = await api.customer()
        path = f"/v1/customers/{customer['id']}"
        headers = {"Idempotency-Key": "k"}
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            await repos.customers.lock(CustomerId.parse(customer["id"]))
            asked = [asyncio.create_task(api.http.patch(path, json={"name": "A"}, headers=headers)) for _ in range(2)]
            told, waiting = await asyncio.wait(asked, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert [code(answer.result()) for answer in told] == [(409, "idempotency_in_progress")]
        assert [(await answer).status_code for answer in waiting] == [200]


class TestCrash:
    """A request that is killed between its transactions is executed again after its lease, and finds what it wrote."""

    async def test_between_insert_and_charge_leaves_one_subscription_and_one_charge(
        self, api: MerchantClient, gateway, composition: Composition, clock: SteppingClock
    ):
        order = await api.order()
        act = composition.merchants[Mode.TEST].start_subscription

        class Killed:
            def on(self, _clock: object) -> "Killed":
                return self

            async def renew(self, *_arguments: object, **_named: object) -> None:
                raise asyncio.CancelledError

        healthy = act._billing
        act._billing = Killed()
        assert (await api.post("/v1/subscriptions", order, key="k")).status_code == 500
        act._billing = healthy
        (waiting,) = (await api.read("/v1/subscriptions"))["items"]
        assert (waiting["status"], len(gateway.charges)) == ("incomplete", 0)
        assert code(await api.post("/v1/subscriptions", order, key="k")) == (409, "idempotency_in_progress")
        clock.advance(TimeDelta(seconds=60))
        again = await api.post("/v1/subscriptions", order, key="k")
        assert (again.status_code, again.json()["id"], again.json()["status"]) == (201, waiting["id"], "active")
        assert len(gateway.charges) == 1
        replay = await api.post("/v1/subscriptions", order, key="k")
        assert replay.content == again.content

    async def test_after_the_charge_and_before_the_answer_charges_nothing_again(
        self, api: MerchantClient, gateway, composition: Composition, clock: SteppingClock
    ):
        order = await api.order()
        act = composition.merchants[Mode.TEST].start_subscription
        healthy = act._billing

        class KilledAfterwards:
            def on(self, _clock: object) -> "KilledAfterwards":
                return self

            async def renew(self, *arguments: object, **named: object) -> None:
                await healthy.renew(*arguments, **named)
                raise asyncio.CancelledError

        act._billing = KilledAfterwards()
        assert (await api.post("/v1/subscriptions", order, key="k")).status_code == 500
        act._billing = healthy
        clock.advance(TimeDelta(seconds=61))
        again = await api.post("/v1/subscriptions", order, key="k")
        assert (again.status_code, again.json()["status"], again.json()["cyclesCompleted"]) == (201, "active", 1)
        assert len(gateway.charges) == 1
        assert len((await api.read("/v1/subscriptions"))["items"]) == 1

    async def test_of_our_own_making_frees_the_key_at_once(
        self, api: MerchantClient, composition: Composition, gateway
    ):
        order = await api.order()
        act = composition.merchants[Mode.TEST].start_subscription
        healthy = act._billing

        class Failing:
            async def renew(self, *_arguments: object, **_named: object) -> None:
                message = "boom"
                raise RuntimeError(message)

        act._billing = Failing()
        failed = await api.post("/v1/subscriptions", order, key="k")
        assert code(failed) == (500, "internal_error")
        act._billing = healthy
        again = await api.post("/v1/subscriptions", order, key="k")
        assert (again.status_code, again.json()["status"]) == (201, "active")
        assert len((await api.read("/v1/subscriptions"))["items"]) == 1

    async def test_at_the_provider_saves_one_card_for_one_key(self, api: MerchantClient, gateway, clock: SteppingClock):
        customer = await api.customer()
        path = f"/v1/customers/{customer['id']}/payment-methods"
        answers = await asyncio.gather(*(api.post(path, {"card": api.CARD}, key="k") for _ in range(10)))
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len((await api.read(path))["items"]) == 1
        assert gateway.tokenizations == 1
