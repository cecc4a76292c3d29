import asyncio
import time

import httpx

from duro.kernel import Currency, Money
from duro.payments import Approved, HttpSimulatedGateway, NotFound, Refunded, RefundRequest, SimulatedCard, Unknown

NGN = Currency("NGN")


class Crowd:
    """Many callers at once, a few charges each, who remember what they were told."""

    def __init__(self, url, charge_of) -> None:
        self._gateway = HttpSimulatedGateway(base_url=url, timeout_seconds=15)
        self._charge_of = charge_of
        self.told = {}

    async def charge(self, references, *, at_a_time=40):
        gate = asyncio.Semaphore(at_a_time)

        async def one(reference):
            async with gate:
                self.told[reference] = await self._gateway.charge(self._charge_of(reference))

        await asyncio.gather(*[one(reference) for reference in references])

    async def until_told(self, number):
        deadline = time.monotonic() + 20
        while len(self.told) < number:
            assert time.monotonic() < deadline
            await asyncio.sleep(0)

    async def close(self):
        await self._gateway.close()


class TestServer:
    async def test_forgets_nothing_it_answered_when_killed_in_the_middle_and_never_takes_twice(
        self, simulator, charge_of
    ):
        references = [f"ref-{number}" for number in range(1_000)]
        crowd = Crowd(simulator.start().url, charge_of)
        work = asyncio.create_task(crowd.charge(references))
        await crowd.until_told(150)
        simulator.kill()
        await work
        await crowd.close()
        approved = {reference for reference, result in crowd.told.items() if isinstance(result, Approved)}
        assert 0 < len(approved) < len(references)
        found = simulator.start().ledger()
        assert approved <= set(found)
        again = Crowd(simulator.url, charge_of)
        await again.charge(references)
        await again.close()
        assert all(result == Approved(ref, Money(500, NGN), Money(8, NGN)) for ref, result in again.told.items())
        ledger = simulator.ledger()
        assert set(ledger) == set(references)
        assert {row["takings"] for row in ledger.values()} == {1}

    async def test_takes_once_for_two_servers_over_one_ledger(self, simulator, charge_of):
        references = [f"ref-{number}" for number in range(200)]
        crowds = [Crowd(simulator.start().url, charge_of) for _ in range(2)]
        await asyncio.gather(*[crowd.charge(references) for crowd in crowds])
        await asyncio.gather(*[crowd.close() for crowd in crowds])
        assert (
            crowds[0].told
            == crowds[1].told
            == {ref: Approved(ref, Money(500, NGN), Money(8, NGN)) for ref in references}
        )
        rows = simulator.ledger().values()
        assert {(row["takings"], row["presentments"]) for row in rows} == {(1, 2)}

    async def test_stops_well_when_told_to_although_a_caller_is_held(self, simulator, charge_of):
        gateway = HttpSimulatedGateway(base_url=simulator.start().url, timeout_seconds=20)
        held = asyncio.create_task(gateway.charge(charge_of("held", SimulatedCard.TIMEOUT_AFTER)))
        deadline = time.monotonic() + 20
        while isinstance(await gateway.lookup("held"), NotFound):
            assert time.monotonic() < deadline
        began = time.monotonic()
        simulator.terminate()
        assert await asyncio.to_thread(simulator.exit_code) == 0
        assert time.monotonic() - began < 10
        assert isinstance(await held, Unknown)
        await gateway.close()
        assert simulator.start().ledger()["held"]["takings"] == 1

    async def test_tells_an_auditor_what_was_taken_and_given_back(self, simulator, charge_of):
        gateway = HttpSimulatedGateway(base_url=simulator.start().url, timeout_seconds=15)
        await gateway.charge(charge_of("good"))
        await gateway.charge(charge_of("bad", SimulatedCard.DO_NOT_HONOR))
        refund = RefundRequest(reference="back", charge_reference="good", amount=Money(200, NGN))
        assert isinstance(await gateway.refund(refund), Refunded)
        await gateway.close()
        charge = {"amount": 500, "currency": "NGN", "presentments": 1, "kind": "charge"}
        assert simulator.ledger() == {
            "good": {
                **charge, "reference": "good", "status": "approved", "code": None, "takings": 1, "refunds": 1,
                "amountRefunded": 200, "fee": 8,
            },
            "bad": {
                **charge, "reference": "bad", "status": "declined", "code": "05", "takings": 0, "refunds": 0,
                "amountRefunded": 0, "fee": None,
            },
            "back": {
                "kind": "refund", "reference": "back", "chargeReference": "good", "amount": 200, "currency": "NGN",
                "status": "refunded", "code": None, "presentments": 1,
            },
        }  # fmt: skip

    async def test_refuses_what_is_no_request_and_takes_nothing(self, simulator):
        good = {
            "reference": "r", "amount": 5, "currency": "NGN", "token": "t", "customerEmail": "e", "description": "d",
        }  # fmt: skip
        bad = [
            {**good, "amount": 5.5}, {**good, "amount": "5"}, {**good, "reference": "a_b"}, {**good, "reference": ""},
            {**good, "currency": "QQQ"}, {**good, "amount": 10**16}, {**good, "more": 1}, {"reference": "r"}, [],
        ]  # fmt: skip
        async with httpx.AsyncClient(base_url=simulator.start().url, trust_env=False) as client:
            for body in bad:
                answer = await client.post("/charges", json=body)
                assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
            too_long = await client.post("/charges", json={**good, "description": "x" * 100_000})
            assert too_long.status_code in {400, 413}
            assert (await client.get("/health")).json() == {"status": "ok"}
        assert simulator.ledger() == {}


class TestTrouble:
    async def test_comes_at_the_first_presentment_only_and_costs_nobody_twice(self, simulator, charge_of):
        references = [f"ref-{number}" for number in range(60)]
        simulator.start(GATEWAY_TIMEOUT_BEFORE_RATE="0.3", GATEWAY_TIMEOUT_AFTER_RATE="0.3", GATEWAY_HOLD_MS="50")
        first, second = Crowd(simulator.url, charge_of), Crowd(simulator.url, charge_of)
        await first.charge(references)
        told = {ref for ref, result in first.told.items() if isinstance(result, Approved)}
        taken = {ref for ref, row in simulator.ledger().items() if row["takings"]}
        assert told < taken < set(references)
        await second.charge(references)
        await first.close()
        await second.close()
        assert all(isinstance(result, Approved) for result in second.told.values())
        assert {row["takings"] for row in simulator.ledger().values()} == {1}

    async def test_hits_the_same_references_in_every_run_with_one_seed(self, tmp_path, simulators, charge_of):
        hits = []
        for run, seed in enumerate(("a", "a", "b")):
            simulator = simulators(tmp_path / f"{run}.db")
            simulator.start(GATEWAY_TIMEOUT_AFTER_RATE="0.5", GATEWAY_HOLD_MS="0", GATEWAY_SEED=seed)
            crowd = Crowd(simulator.url, charge_of)
            await crowd.charge([f"ref-{number}" for number in range(40)])
            await crowd.close()
            hits.append({ref for ref, result in crowd.told.items() if isinstance(result, Unknown)})
        assert hits[0] == hits[1] != hits[2]

    async def test_can_hold_every_charge_for_ever_and_take_nothing(self, simulator, charge_of):
        url = simulator.start(GATEWAY_HANG="1", GATEWAY_HOLD_MS="60000").url
        hasty, patient = (HttpSimulatedGateway(base_url=url, timeout_seconds=seconds) for seconds in (0.5, 10))
        results = await asyncio.gather(*[hasty.charge(charge_of(f"ref-{number}")) for number in range(20)])
        assert {type(result) for result in results} == {Unknown}
        assert await patient.lookup("ref-1") == NotFound()
        await hasty.close()
        await patient.close()
        assert simulator.ledger() == {}

    async def test_can_make_every_charge_later_than_its_caller_waits_for(self, simulator, charge_of):
        url = simulator.start(GATEWAY_LATENCY_MS="2500").url
        hasty, patient = (HttpSimulatedGateway(base_url=url, timeout_seconds=seconds) for seconds in (1, 15))
        assert isinstance(await hasty.charge(charge_of("late")), Unknown)
        assert await patient.charge(charge_of("late")) == Approved("late", Money(500, NGN), Money(8, NGN))
        await hasty.close()
        await patient.close()
        assert simulator.ledger()["late"]["takings"] == 1

    async def test_can_lose_the_answer_to_a_refund(self, simulator, charge_of):
        url = simulator.start(GATEWAY_TIMEOUT_AFTER_RATE="1", GATEWAY_HOLD_MS="0").url
        gateway = HttpSimulatedGateway(base_url=url, timeout_seconds=15)
        await gateway.charge(charge_of("taken"))
        refund = RefundRequest(reference="back", charge_reference="taken", amount=Money(200, NGN))
        assert isinstance(await gateway.refund(refund), Unknown)
        assert await gateway.lookup_refund("back") == Refunded("back", Money(200, NGN))
        assert await gateway.refund(refund) == Refunded("back", Money(200, NGN))
        await gateway.close()
        assert simulator.ledger()["taken"]["amountRefunded"] == 200
