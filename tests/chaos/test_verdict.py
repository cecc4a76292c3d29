from dataclasses import replace

import pytest

from duro.db.pool import DatabasePool
from duro.testkit import Deadline
from storm.form import Form
from storm.storm import Storm
from storm.verdict import Judge, Verdict, Wrong
from storm.world import Ground, World

HAZARDS = Form(
    renewals=300,
    tenants=10,
    workers=2,
    worker_kills=3,
    flushes=1,
    last_kill_at=0.5,
    concurrency=20,
    latency_milliseconds=100,
    timeout_seconds=1,
    lease_seconds=3,
    scan_seconds=1,
    timeout_after_rate="0.15",
    timeout_before_rate="0.05",
    limit_seconds=90,
)


@pytest.fixture
def calm_ground(database, redis_url):
    return Ground(database.admin_url, redis_url)


async def dropped(ground, *constraints, index=None):
    """Take constraints, or an index, out of both modes of the test's own database; what isn't there fails the test."""
    pool = await DatabasePool.open(ground.admin_url, min_size=0, max_size=1)
    try:
        async with pool.acquire() as connection:
            for schema in ("test", "live"):
                for constraint in constraints:
                    table = constraint.partition("_tenant_id")[0]
                    await connection.execute(f"alter table {schema}.{table} drop constraint {constraint}")
                if index is not None:
                    await connection.execute(f"drop index {schema}.{index}")
    finally:
        await pool.close()


async def until_found(ground, folder, *wrong, sabotage, form=HAZARDS):
    """Let broken workers work under the hazards until the verdict names what their fault leads to."""
    async with World.inhabited(form, ground, folder=folder, sabotage=sabotage) as (world, population):
        judge = Judge(population, admin_url=ground.admin_url, gateway_url=world.gateway_url)
        storm = Storm(world)

        async def is_found() -> Verdict | None:
            await storm.step()
            verdict = await judge.judge()
            return verdict if set(wrong) <= verdict.kinds else None

        verdict = await Deadline(form.limit_seconds, 0.3).until(is_found, f"A verdict that names {wrong}")
        assert verdict is not None
        return verdict


class TestTheVerdict:
    async def test_finds_nothing_wrong_with_sound_workers_under_the_same_hazards(self, calm_ground, tmp_path, tell):
        hazards = ("settle-late", "fail-to-settle")
        async with World.inhabited(HAZARDS, calm_ground, folder=tmp_path, sabotage=hazards) as (world, population):
            storm = Storm(world)
            is_over = await storm.rage()
            verdict = await Judge(population, admin_url=calm_ground.admin_url, gateway_url=world.gateway_url).judge()
        tell(
            f"the same hazards, nothing sabotaged: {verdict} after {storm.chronicle.seconds:.0f} s ({storm.chronicle})"
        )
        assert (is_over, verdict.violations) == (True, ()), str(verdict)
        assert verdict.paid + verdict.declined == HAZARDS.renewals

    async def test_condemns_a_reference_that_is_not_sent_and_a_payer_who_is_not_told(self, calm_ground, tmp_path, tell):
        verdict = await until_found(
            calm_ground,
            tmp_path,
            *(Wrong.ORPHAN, Wrong.PHANTOM, Wrong.BALANCE, Wrong.MESSAGES),
            sabotage=("fresh-references", "tell-nobody"),
        )
        tell(f"reference not sent: {verdict.count(Wrong.ORPHAN)} orphans, {verdict.count(Wrong.PHANTOM)} phantoms")

    async def test_condemns_a_settlement_that_compares_nothing(self, calm_ground, tmp_path, tell):
        await dropped(calm_ground, "journals_tenant_id_cause_type_cause_id_key")
        verdict = await until_found(
            calm_ground,
            tmp_path,
            *(Wrong.ADVANCED_TWICE, Wrong.BALANCE, Wrong.EVENTS, Wrong.AUDIT),
            sabotage=("no-compare-and-set", "settle-late"),
            form=replace(HAZARDS, worker_kills=0),
        )
        tell(f"settlement without compare-and-set: {verdict.count(Wrong.ADVANCED_TWICE)} advanced twice")

    async def test_condemns_invoices_without_their_key_and_charges_without_their_fees(
        self, calm_ground, tmp_path, tell
    ):
        await dropped(calm_ground, "invoices_tenant_id_idempotency_key_key")
        verdict = await until_found(
            calm_ground,
            tmp_path,
            *(Wrong.CHARGED_TWICE, Wrong.AMOUNT),
            sabotage=("no-invoice-key", "fail-to-settle", "forget-fees"),
        )
        tell(f"invoice key dropped: {verdict.count(Wrong.CHARGED_TWICE)} charged twice")

    async def test_condemns_tries_of_a_case_that_is_being_tried(self, calm_ground, tmp_path, tell):
        await dropped(calm_ground, index="payment_attempts_one_in_flight")
        verdict = await until_found(
            calm_ground,
            tmp_path,
            *(Wrong.CHARGED_TWICE, Wrong.INVOICES),
            sabotage=("blind-tries", "fail-to-settle"),
            form=replace(HAZARDS, is_recovery=True),
        )
        tell(f"cases tried blindly: {verdict.count(Wrong.CHARGED_TWICE)} charged twice")
