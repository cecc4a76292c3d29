import json

import httpx
import pytest
from whenever import TimeDelta

from duro.billing import Interval
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db import PageRequest
from duro.kernel import Mode
from duro.payments import SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, PlanBuilder, SubscriptionBuilder
from duro.testkit.deadline import Deadline
from duro.testkit.service_command import ServiceCommand
from duro.testkit.stage import Stage


@pytest.fixture
async def now_stage(database):
    clock = SystemClock()
    async with Stage.open(database.admin_url, clock=clock, ids=Uuid7IdFactory(clock)) as stage:
        yield stage


@pytest.fixture
async def gateway_url(processes, tmp_path):
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    await processes.start(
        ServiceCommand(
            "duro.gateway_simulator",
            ("--host", "127.0.0.1", "--port", str(port), "--database", str(tmp_path / "ledger.sqlite")),
            health_url=f"{url}/ledger",
        )
    )
    return url


@pytest.fixture
async def worker(processes, database, redis_url, gateway_url):
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    service = await processes.start(
        ServiceCommand(
            "duro.billing_worker",
            environment={
                "DURO_PROFILE": "development",
                "DURO_TEST_DATABASE_URL": database.test_url,
                "DURO_LIVE_DATABASE_URL": database.live_url,
                "DURO_SWEEP_DATABASE_URL": database.sweep_url,
                "DURO_REDIS_URL": redis_url,
                "DURO_GATEWAY_URL": gateway_url,
                "DURO_GATEWAY_TIMEOUT_SECONDS": "1",
                "DURO_LEASE_SECONDS": "4",
                "DURO_SCAN_SECONDS": "1",
                "DURO_PENDING_SECONDS": "1",
                "DURO_MESSAGES_SECONDS": "1",
                "DURO_WORKER_HEALTH_PORT": str(port),
            },
            health_url=f"{url}/health/ready",
        )
    )
    return service, url


class TestTheBillingWorkerProcess:
    async def test_renews_what_is_due_in_both_modes_and_drains_on_sigterm(self, now_stage, worker, gateway_url):
        service, url = worker
        merchant = await now_stage.merchant()
        due = [
            (each, await each.subscription()) for mode in Mode for each in [merchant.in_mode(mode)] for _ in range(2)
        ]

        async def are_renewed() -> bool:
            for each, subscription in due:
                async with each.contexts.open(each.tenant.id) as repos:
                    found = await repos.subscriptions.get(subscription.id)
                    if found is None or found.cycles_completed != 1:
                        return False
            return True

        await Deadline(20).until(are_renewed)
        async with httpx.AsyncClient() as client:
            metrics = (await client.get(f"{url}/metrics")).text
            ledger = (await client.get(f"{gateway_url}/ledger")).text
        assert 'duro_renewals_total{mode="test",outcome="charged"} 2.0' in metrics
        assert 'duro_renewals_total{mode="live",outcome="charged"} 2.0' in metrics
        assert 'duro_oldest_due_lag_seconds{mode="live"} 0.0' in metrics
        assert 'duro_queue_depth{queue="billing-live"} 0.0' in metrics
        assert 'duro_pending_attempts{mode="test"} 0.0' in metrics
        assert 'duro_attempts_in_review{mode="live"} 0.0' in metrics
        assert 'duro_refunds_needing_attention{mode="test"} 0.0' in metrics
        assert ledger.count("500000") >= 4
        assert await service.terminate() == 0
        outcomes = [json.loads(line)["outcome"] for line in service.log().splitlines() if '"event": "renewal"' in line]
        assert outcomes == ["charged"] * 4

    async def test_tells_payers_of_their_payments(self, now_stage, worker):
        service, url = worker
        merchant = (await now_stage.merchant()).in_mode(Mode.LIVE)
        subscription = await merchant.subscription()

        async def statuses() -> set[tuple[str, str, str | None]]:
            async with merchant.contexts.open(merchant.tenant.id) as repos:
                page = await repos.messages.list(PageRequest(), subscription_id=subscription.id)
            return {(message.kind.value, message.status.value, message.outcome) for message in page.items}

        async def is_told() -> bool:
            return await statuses() == {("receipt", "sent", "shown")}

        await Deadline(30).until(is_told)
        assert "e-mail to ngozi@example.com" in service.log()
        counted = 'duro_messages_total{channel="email",kind="receipt",mode="live",outcome="sent",trouble=""} 1.0'

        async def is_counted() -> bool:
            async with httpx.AsyncClient() as client:
                return counted in (await client.get(f"{url}/metrics")).text

        await Deadline(10).until(is_counted)

    async def test_catches_up_with_every_period_it_is_behind(self, now_stage, worker):
        merchant = await now_stage.merchant()
        plan = await merchant.plan(PlanBuilder(interval=Interval.DAY))
        behind = SystemClock().now() - TimeDelta(hours=24 * 4 + 1)
        subscription = await merchant.subscription(
            plan, builder=SubscriptionBuilder(current_period_end=behind, anchor=behind)
        )

        async def cycles() -> int:
            async with merchant.contexts.open(merchant.tenant.id) as repos:
                found = await repos.subscriptions.get(subscription.id)
                return 0 if found is None else found.cycles_completed

        async def has_caught_up() -> bool:
            return await cycles() == 5

        await Deadline(20).until(has_caught_up)

    async def test_opens_recovery_for_a_declined_card_and_leaves_it_alone(self, now_stage, worker):
        merchant = await now_stage.merchant()
        customer = await merchant.customer()
        card = await merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.INSUFFICIENT_FUNDS))
        subscription = await merchant.subscription(None, customer, card)

        async def is_past_due() -> bool:
            async with merchant.contexts.open(merchant.tenant.id) as repos:
                found = await repos.subscriptions.get(subscription.id)
                return found is not None and found.status.value == "past_due"

        await Deadline(20).until(is_past_due)

    @pytest.mark.parametrize("card", [SimulatedCard.TIMEOUT_AFTER, SimulatedCard.TIMEOUT_BEFORE])
    async def test_settles_a_charge_whose_answer_was_lost(self, card, now_stage, worker, gateway_url):
        merchant = await now_stage.merchant()
        customer = await merchant.customer()
        method = await merchant.payment_method(customer, PaymentMethodBuilder(card=card))
        subscription = await merchant.subscription(None, customer, method)

        async def is_renewed() -> bool:
            async with merchant.contexts.open(merchant.tenant.id) as repos:
                found = await repos.subscriptions.get(subscription.id)
                return found is not None and found.cycles_completed == 1

        await Deadline(40).until(is_renewed)
        async with httpx.AsyncClient() as client:
            lines = (await client.get(f"{gateway_url}/ledger")).text.splitlines()
        assert [(charge["amount"], charge["takings"]) for charge in map(json.loads, lines)] == [(500_000, 1)]

    async def test_says_that_it_lives_and_is_ready(self, worker):
        _, url = worker
        async with httpx.AsyncClient() as client:
            live, ready = await client.get(f"{url}/health/live"), await client.get(f"{url}/health/ready")
        assert live.json() == {"status": "alive"}
        assert ready.json() == {"status": "ready", "problems": []}


class TestAWorkerThatLacksSomething:
    async def test_lives_but_is_not_ready_without_its_queue(self, processes, database, tmp_path):
        port = processes.free_port()
        url = f"http://127.0.0.1:{port}"
        service = await processes.start(
            ServiceCommand(
                "duro.billing_worker",
                environment={
                    "DURO_PROFILE": "development",
                    "DURO_TEST_DATABASE_URL": database.test_url,
                    "DURO_LIVE_DATABASE_URL": database.live_url,
                    "DURO_SWEEP_DATABASE_URL": database.sweep_url,
                    "DURO_REDIS_URL": f"unix://{tmp_path}/nobody.sock?db=0",
                    "DURO_GATEWAY_URL": "http://127.0.0.1:1",
                    "DURO_WORKER_HEALTH_PORT": str(port),
                },
                health_url=f"{url}/health/live",
            )
        )
        async with httpx.AsyncClient() as client:
            ready = await client.get(f"{url}/health/ready")
        assert ready.status_code == 503
        assert ready.json()["problems"] == ["the queue can't be reached"]
        assert await service.terminate() == 0

    async def test_names_every_missing_setting_and_ends_with_two(self, processes):
        service = await processes.start(ServiceCommand("duro.billing_worker"))
        await Deadline(20).until(lambda: service.status is not None)
        assert service.status == 2
        assert "DURO_REDIS_URL is required" in service.log()
        assert "DURO_GATEWAY_URL is required" in service.log()
