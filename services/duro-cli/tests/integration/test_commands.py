import json
import os
import stat
from io import StringIO
from uuid import UUID, uuid4

import asyncpg
import pytest
from rich.console import Console

from duro.billing.recovery import PaydayProfile
from duro.cli.commands.test import TestCommand
from duro.cli.home import Home
from duro.db import DatabasePool
from duro.db.census import TenantCensus
from duro.kernel import Mode, TenantId

_FAILED_INVOICE = """
    insert into test.invoices (tenant_id, id, subscription_id, customer_id, idempotency_key, status, currency, subtotal,
        total, amount_paid, period_start, period_end, paid_at, created_at)
    select $1, gen_random_uuid(), $2::uuid, $3, 'replayed-' || $2::uuid, case when $4 then 'paid' else 'open' end,
        'NGN', 500000, 500000, case when $4 then 500000 else 0 end,
        now() - interval '70 days', now() - interval '40 days',
        case when $4 then now() - interval '35 days' end, now() - interval '40 days'
    returning id"""
_TRY = """
    insert into test.payment_attempts (tenant_id, id, invoice_id, subscription_id, payment_method_id, provider, rail,
        status, amount, currency, reason, failure_code, claimed_until, created_at, settled_at)
    select $1, gen_random_uuid(), $2, $3, $4, 'simulated', 'card', $5, 500000, 'NGN', 'renewal', $6, at, at, at
    from (select now() - make_interval(days => $7) as at) as moment"""


class TestMigrate:
    async def test_makes_the_tables_of_a_server_of_ours_and_keeps_role_passwords(self, duro, servers):
        admin = await asyncpg.connect(servers.postgres.admin_url())
        await admin.execute("create database duro_cli_fresh")
        url = servers.postgres.admin_url("duro_cli_fresh")
        try:
            assert (await duro("audit", DURO_DATABASE_URL=url)).status == 1
            for _ in range(2):
                done = await duro("migrate", DURO_DATABASE_URL=url)
                assert (done.status, done.said) == (0, "The database is up to date.\n")
            assert (await duro("audit", DURO_DATABASE_URL=url)).status == 0
        finally:
            await admin.execute("drop database duro_cli_fresh with (force)")
            await admin.close()
        secrets = duro.home / "secrets"
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
        assert set(json.loads(secrets.read_text())["role_passwords"]) == {"duro_test", "duro_live", "duro_sweep"}

    async def test_says_in_one_line_why_a_database_can_not_be_used(self, duro):
        done = await duro("migrate", DURO_DATABASE_URL="postgresql://nobody@127.0.0.1:1/x")
        assert done.status == 1
        assert done.said.startswith("duro: The database of DURO_DATABASE_URL can't be used: ")
        assert "Traceback" not in done.said


class TestSeed:
    async def test_shares_due_subscriptions_over_merchants(self, duro, database, connection):
        words = ("seed", "--subscriptions", "5001", "--tenants", "3", "--due", "now")
        done = await duro(*words, DURO_DATABASE_URL=database.admin_url)
        assert done.status == 0, done.said
        rows = await connection.fetch("select count(*) from test.subscriptions group by tenant_id order by 1 desc")
        assert [row[0] for row in rows] == [1667, 1667, 1667]
        assert (
            await connection.fetchval("select count(*) from test.subscriptions where current_period_end <= now()")
            == 5001
        )
        assert await connection.fetchval("select count(*) from test.events") == 10002

    async def test_spreads_over_the_coming_period_in_the_mode_asked_for(self, duro, database, connection):
        words = ("seed", "--subscriptions", "60", "--due", "spread", "--interval", "hour", "--mode", "live")
        assert (await duro(*words, DURO_DATABASE_URL=database.admin_url)).status == 0
        row = await connection.fetchrow(
            "select count(distinct current_period_end), max(current_period_end) - min(current_period_end) "
            "from live.subscriptions"
        )
        assert (row[0], row[1].total_seconds()) == (60, 59 * 60)

    async def test_refuses_live_mode_outside_development(self, duro, database):
        words = ("seed", "--subscriptions", "1", "--mode", "live")
        done = await duro(*words, DURO_DATABASE_URL=database.admin_url, DURO_PROFILE="production")
        assert (done.status, done.said) == (
            1,
            "duro: Live mode can be seeded under DURO_PROFILE=development only.\n",
        )


class TestSimulateFromTenant:
    @pytest.fixture
    async def merchant(self, duro, database, connection):
        """A merchant with two customers whose renewal failed a month ago: one paid after five days, one never did."""
        seeded = await duro("seed", "--subscriptions", "3", "--tenants", "1", DURO_DATABASE_URL=database.admin_url)
        assert seeded.status == 0, seeded.said
        rows = await connection.fetch("select * from test.subscriptions order by id limit 2")
        for row, paid in zip(rows, (True, False), strict=True):
            invoice = await connection.fetchval(_FAILED_INVOICE, row["tenant_id"], row["id"], row["customer_id"], paid)
            tries = [(40, "failed", "51"), *([(35, "succeeded", None)] if paid else [])]
            for days, status, code in tries:
                await connection.execute(
                    _TRY, row["tenant_id"], invoice, row["id"], row["payment_method_id"], status, code, days
                )
        return TenantId(rows[0]["tenant_id"])

    async def test_tells_a_merchant_what_their_own_failures_had_brought_back(self, duro, database, merchant):
        words = ("simulate", "--from-tenant", str(merchant), "--mode", "test", "--json")
        done = await duro(*words, "--policies", "even_6_in_30,fixed_daily", DURO_DATABASE_URL=database.admin_url)
        assert done.status == 0, done.said
        read = json.loads(done.last_line)
        found = {one["policy"]: (one["at_least_minor_units"], one["at_most_minor_units"]) for one in read["policies"]}
        assert found == {"even_6_in_30": (500_000, 1_000_000), "fixed_daily": (0, 1_000_000)}
        assert "2 charges failed at first, NGN 10,000.00 in all" in done.said
        assert "What can't be known of it:" in done.said

    async def test_writes_nothing(self, duro, database, connection, merchant):
        tables = [f"select t::text from {m}.{t} t" for m in ("test", "live") for t in ("payment_attempts", "invoices")]
        rows = f"select string_agg(t, ' ' order by t) from ({' union all '.join(tables)}) as rows (t)"
        before = await connection.fetchval(rows)
        words = ("simulate", "--from-tenant", str(merchant), "--mode", "test", "--policies", "fixed_daily")
        assert (await duro(*words, DURO_DATABASE_URL=database.admin_url)).status == 0
        assert await connection.fetchval(rows) == before

    async def test_says_in_one_line_that_nothing_failed_or_that_nobody_has_the_id(self, duro, database, merchant):
        ids = {"--mode live": str(merchant), "--mode test": str(TenantId(uuid4()))}
        said = [
            await duro("simulate", "--from-tenant", one, *mode.split(), DURO_DATABASE_URL=database.admin_url)
            for mode, one in ids.items()
        ]
        assert [done.status for done in said] == [1, 1]
        assert said[0].said == f"duro: No charge of {merchant} failed in the last 12 months of mode live.\n"
        assert said[1].said == f"duro: There is no merchant {ids['--mode test']}.\n"


class TestPaydaysRebuild:
    @pytest.fixture
    async def tenants(self, duro, database, connection):
        """Two merchants with a customer each who was charged, and one with a customer who never was."""
        seeded = await duro("seed", "--subscriptions", "3", "--tenants", "3", DURO_DATABASE_URL=database.admin_url)
        assert seeded.status == 0, seeded.said
        rows = await connection.fetch("select * from test.subscriptions order by tenant_id")
        for row in rows[:2]:
            invoice = await connection.fetchval(
                _FAILED_INVOICE, *(row["tenant_id"], row["id"], row["customer_id"], True)
            )
            for days, status, code in ((40, "failed", "51"), (35, "succeeded", None)):
                await connection.execute(
                    _TRY, row["tenant_id"], invoice, row["id"], row["payment_method_id"], status, code, days
                )
        return [TenantId(row["tenant_id"]) for row in rows]

    async def test_learns_from_the_charges_of_every_merchant_and_writes_nothing_twice(
        self, duro, database, connection, tenants
    ):
        done = [await duro("paydays", "rebuild", DURO_DATABASE_URL=database.admin_url) for _ in range(2)]
        said = [[line for line in one.said.splitlines() if line.endswith("written")] for one in done]
        live = "live: 0 payers of 3 merchants, 0 profiles written"
        assert said == [
            ["test: 3 payers of 3 merchants, 2 profiles written", live],
            ["test: 3 payers of 3 merchants, 0 profiles written", live],
        ]
        rows = await connection.fetch("select * from test.payday_profiles order by tenant_id")
        assert [TenantId(row["tenant_id"]) for row in rows] == tenants[:2]
        for row in rows:
            assert [sight & 1 for sight in PaydayProfile.from_bytes(row["profile"]).sights] == [0, 1]

    async def test_puts_right_what_another_version_wrote_of_one_merchant(self, duro, database, connection, tenants):
        words = ("paydays", "rebuild", "--mode", "test")
        assert (await duro(*words, DURO_DATABASE_URL=database.admin_url)).status == 0
        right = await connection.fetch("select * from test.payday_profiles order by tenant_id")
        await connection.execute("update test.payday_profiles set profile = 'another', learned_until = now()")

        done = await duro(*words, "--tenant", str(tenants[0]), DURO_DATABASE_URL=database.admin_url)

        assert (done.status, done.last_line) == (0, "test: 1 payers of 1 merchants, 1 profiles written")
        rows = await connection.fetch("select * from test.payday_profiles order by tenant_id")
        assert (rows[0], rows[1]["profile"]) == (right[0], b"another")

    async def test_says_in_one_line_that_nobody_has_the_id(self, duro, database):
        words = ("paydays", "rebuild", "--tenant", str(TenantId(uuid4())))
        done = await duro(*words, DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.said) == (1, f"duro: There is no merchant {words[-1]}.\n")


class TestAudit:
    @pytest.mark.parametrize("mode", list(Mode))
    async def test_is_clean_until_a_row_is_damaged(self, duro, database, connection, mode):
        words = ("seed", "--subscriptions", "3", "--mode", mode.value)
        assert (await duro(*words, DURO_DATABASE_URL=database.admin_url)).status == 0
        clean = await duro("audit", DURO_DATABASE_URL=database.admin_url)
        assert (clean.status, clean.last_line) == (0, "clean")

        await connection.execute(
            f"update {mode.value}.subscriptions set event_sequence = 7 "
            f"where id = (select id from {mode.value}.subscriptions limit 1)"
        )
        damaged = await duro("audit", DURO_DATABASE_URL=database.admin_url)
        assert (damaged.status, damaged.last_line) == (1, "1 findings")
        assert "events_without_gap" in damaged.said


class TestTenants:
    async def test_are_suspended_and_act_again(self, duro, database):
        await duro("seed", "--subscriptions", "1", "--tenants", "1", DURO_DATABASE_URL=database.admin_url)
        pool = await DatabasePool.open(database.sweep_url, max_size=1)
        (tenant,) = await TenantCensus(pool).tenants()
        await pool.close()
        said = [
            (await duro("tenants", word, str(tenant), DURO_DATABASE_URL=database.admin_url)).last_line
            for word in ("suspend", "suspend", "resume", "resume")
        ]
        assert said == [
            f"{tenant} is {state}" for state in ("suspended", "suspended already", "active", "active already")
        ]

    @pytest.mark.parametrize("tenant", ["ten_nobody", str(TenantId(UUID(int=7)))])
    async def test_are_named_if_there_is_none(self, duro, database, tenant):
        done = await duro("tenants", "suspend", tenant, DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.said.startswith("duro: ")) == (1, True)


class TestDoctor:
    async def test_finds_nothing_in_the_way_on_a_machine_that_runs_these_tests(self, duro):
        done = await duro("doctor")
        assert done.status == 0, done.said

    async def test_names_a_database_that_does_not_answer(self, duro):
        done = await duro("doctor", DURO_DATABASE_URL="postgresql://nobody@127.0.0.1:1/x")
        assert done.status == 1
        assert "no  PostgreSQL" in done.said


class TestTest:
    @pytest.fixture
    def repository(self, tmp_path):
        (tmp_path / "requirements.lock").write_text("")
        for name, text in {
            "packages/a/tests/unit/test_a.py": "def test_one(): pass\ndef test_two(): pass\n",
            "tests/journeys/test_b.py": "def test_three(): pass\n",
            "tests/chaos/test_c.py": "import os\ndef test_four(): assert os.environ.get('DURO_CHAOS') == 'short'\n",
        }.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True)
            file.write_text(text)
        return tmp_path

    async def run(self, repository, *words: str) -> tuple[int, list[str]]:
        said = StringIO()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("DURO_")}
        environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"}
        home = Home(root=repository, folder=repository / ".duro")
        command = TestCommand(home=home, environ=environ, console=Console(file=said, width=200))
        status = await command.execute([*words, "-p", "no:cacheprovider"])
        return status, said.getvalue().splitlines()

    async def test_runs_every_suite_and_ends_with_the_total(self, repository):
        status, lines = await self.run(repository)
        assert (status, lines[-1]) == (0, "4 passed, 0 failed")
        assert any("unit and property" in line and "ok" in line for line in lines)

    async def test_fails_when_one_fails(self, repository):
        (repository / "tests/journeys/test_b.py").write_text("def test_three(): assert False\n")
        status, lines = await self.run(repository)
        assert (status, lines[-1]) == (1, "3 passed, 1 failed")

    async def test_counts_a_suite_that_can_not_even_be_read(self, repository):
        (repository / "tests/journeys/test_b.py").write_text("import nothing_of_that_name\n")
        status, lines = await self.run(repository)
        assert (status, lines[-1]) == (1, "3 passed, 1 failed")

    async def test_fails_over_a_suite_without_tests(self, repository):
        (repository / "tests/catalogue").mkdir()
        status, lines = await self.run(repository, "tests/catalogue")
        assert (status, lines[-1]) == (1, "0 passed, 1 failed")

    async def test_runs_named_paths_alone(self, repository):
        status, lines = await self.run(repository, "tests/chaos")
        assert (status, lines[-1]) == (1, "0 passed, 1 failed")
        status, lines = await self.run(repository, "packages/a", "-k", "one")
        assert (status, lines[-1]) == (0, "1 passed, 0 failed")
