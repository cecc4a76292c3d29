import asyncio
import json
import os
import stat
from dataclasses import dataclass
from io import StringIO
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from rich.console import Console

from duro.billing.recovery import PaydayProfile, Rail
from duro.cli.application import DuroApplication
from duro.cli.commands.test import TestCommand
from duro.cli.home import Home
from duro.db import DatabasePool
from duro.db.census import TenantCensus
from duro.db.kept_notices import KeptNotice, KeptNotices, KeptReason, WaitingNotices
from duro.kernel import Currency, IncomingPaymentId, Mode, Money, PaymentAttemptId, SubscriptionId, TenantId
from duro.payments import ChargeSucceeded, MoneyReceived
from duro.payments.simulated.webhooks.notice_text import NoticeText

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

_REVIEW = """
    with invoice as (
        insert into {mode}.invoices (tenant_id, id, subscription_id, customer_id, idempotency_key, status, currency,
            subtotal, total, amount_paid, period_start, period_end, created_at)
        select $1, gen_random_uuid(), s.id, $3, 'doubted', 'open', 'NGN', 500000, 500000, 0, s.current_period_end,
            s.current_period_end + interval '30 days', now()
        from {mode}.subscriptions s where s.tenant_id = $1 and s.id = $2
        returning id)
    insert into {mode}.payment_attempts (tenant_id, id, invoice_id, subscription_id, payment_method_id, provider, rail,
        status, amount, currency, reason, failure_code, failure_message, claimed_until, created_at, settled_at)
    select $1, gen_random_uuid(), invoice.id, s.id, s.payment_method_id, 'simulated', 'card', 'review', 500000, 'NGN',
        'renewal', 'amount_mismatch', E'The provider took\\n NGN 1.00[red].', now(), now(), now()
    from invoice, {mode}.subscriptions s where s.tenant_id = $1 and s.id = $2
    returning id"""

_HELD: Final = """
    with came as (
        insert into {mode}.incoming_payments (tenant_id, id, provider, reference, rail, amount, currency,
            subscription_id, received_at, created_at)
        values ($1, gen_random_uuid(), 'simulated', E'abroad\\x1b[red]', 'transfer', 5000, 'GHS', $2, now(), now())
        returning id
    ), journal as (
        insert into {mode}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
        select $1, gen_random_uuid(), 'incoming_payment', came.id, 'GHS', now() from came
        returning id
    ), entries as (
        insert into {mode}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
        select $1, journal.id, side.position, side.account, side.amount, 'GHS'
        from journal, (values (1, 'gateway:simulated', 5000), (2, 'unallocated', -5000))
            as side (position, account, amount)
    )
    select id from came"""


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    status: int
    said: str

    @property
    def last_line(self) -> str:
        return self.said.splitlines()[-1]


@pytest.fixture
def duro(new_home):
    home = new_home()

    async def run(*words: str, **environ: str) -> Done:
        said = StringIO()
        application = DuroApplication(
            environ={"DURO_HOME": str(home)} | environ, folder=home.parent, console=Console(file=said, width=200)
        )
        status = await asyncio.to_thread(application.run, words)
        return Done(status, said.getvalue())

    run.home = home
    return run


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database):
    connection = await asyncpg.connect(database.admin_url)
    yield connection
    await connection.close()


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


class TestNotices:
    @pytest_asyncio.fixture(loop_scope="session")
    async def kept(self, database, clock):
        pool = await DatabasePool.open(database.test_url, max_size=1)
        for key in ("evt-1", "evt-2"):
            notice = KeptNotice(
                provider="simulated",
                key=key,
                kind="MoneyReceived",
                reason=KeptReason.UNKNOWN_REFERENCE,
                detail="It names \x1b[31m[red]nothing[/red].",
                body=b'{"id":"' + key.encode() + b'"}',
                received_at=clock.now(),
            )
            assert await KeptNotices(pool).keep(notice)
        await pool.close()

    async def test_says_that_none_waits(self, duro, database):
        done = await duro("notices", DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.said) == (0, "no notice waits for a person\n")

    @pytest.mark.usefixtures("kept")
    async def test_lists_what_waits_as_it_was_written(self, duro, database):
        done = await duro("notices", DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.last_line) == (0, "2 notices wait for a person")
        assert "simulated/evt-1" in done.said
        assert "unknown_reference: It names \\x1b[31m[red]nothing[/red]." in done.said
        assert '{"id":"evt-1"}' not in done.said
        shown = await duro("notices", "--bodies", "--limit", "1", DURO_DATABASE_URL=database.admin_url)
        assert '{"id":"evt-1"}' in shown.said
        assert "evt-2" not in shown.said

    @pytest.mark.usefixtures("kept")
    async def test_forgets_what_was_dealt_with(self, duro, database):
        first, again = [
            await duro("notices", "--handled", "simulated/evt-1", DURO_DATABASE_URL=database.admin_url)
            for _ in range(2)
        ]
        assert (first.status, first.said) == (0, "simulated/evt-1 is dealt with\n")
        assert (again.status, "No notice simulated/evt-1 waits" in again.said) == (1, True)
        done = await duro("notices", DURO_DATABASE_URL=database.admin_url)
        assert (done.last_line, "evt-1" in done.said) == ("1 notices wait for a person", False)
        pool = await DatabasePool.open(database.admin_url, max_size=1)
        assert await WaitingNotices(pool).handled(provider="simulated", kind="MoneyReceived") == (b'{"id":"evt-1"}',)
        await pool.close()

    @pytest.mark.usefixtures("kept")
    async def test_still_waits_if_nobody_can_act_on_it_by_now(self, duro, database):
        environ = {"DURO_DATABASE_URL": database.admin_url, "DURO_GATEWAY_URL": "http://127.0.0.1:1"}
        done = await duro("notices", "--again", "simulated/evt-1", **environ)
        assert (done.status, done.said.startswith("duro: simulated/evt-1 still waits: ")) == (1, True)
        none = await duro("notices", "--again", "simulated/evt-9", **environ)
        assert (none.status, "No notice simulated/evt-9 waits" in none.said) == (1, True)
        listed = await duro("notices", **environ)
        assert listed.last_line == "2 notices wait for a person"

    @pytest.mark.usefixtures("kept")
    async def test_asks_for_the_gateway_that_a_failure_is_looked_up_at(self, duro, database):
        done = await duro("notices", "--again", "simulated/evt-1", DURO_DATABASE_URL=database.admin_url)
        assert (done.status, "DURO_GATEWAY_URL" in done.said) == (1, True)

    @pytest.mark.parametrize("mode", list(Mode))
    async def test_is_acted_on_once_what_it_is_about_is_known(self, duro, database, connection, clock, mode):
        words = ("seed", "--subscriptions", "1", "--tenants", "1", "--mode", mode.value)
        environ = {"DURO_DATABASE_URL": database.admin_url, "DURO_GATEWAY_URL": "http://127.0.0.1:1"}
        assert (await duro(*words, **environ)).status == 0
        row = await connection.fetchrow(f"select * from {mode.value}.subscriptions limit 1")
        attempt = await connection.fetchval(
            _REVIEW.replace("{mode}", mode.value).replace("'review'", "'failed'"),
            row["tenant_id"],
            row["id"],
            row["customer_id"],
        )
        told = ChargeSucceeded(
            "evt-1", PaymentAttemptId(attempt).suffix, "chg-1", Money(500_000, Currency("NGN")), Rail.CARD, clock.now()
        )
        pool = await DatabasePool.open(database.test_url, max_size=1)
        kept = KeptNotice(
            provider="simulated",
            key="evt-1",
            kind="ChargeSucceeded",
            reason=KeptReason.UNKNOWN_REFERENCE,
            detail="It came before its charge was written.",
            body=NoticeText.write(told).encode(),
            received_at=clock.now(),
        )
        assert await KeptNotices(pool).keep(kept)
        await pool.close()

        done = await duro("notices", "--again", "simulated/evt-1", **environ)

        assert (done.status, done.said) == (0, "simulated/evt-1 was acted on and is dealt with\n")
        paid = await connection.fetchrow(f"select status, amount_paid from {mode.value}.invoices")
        assert tuple(paid) == ("paid", 500_000)
        assert (await duro("notices", **environ)).said == "no notice waits for a person\n"

    @pytest.mark.parametrize("mode", list(Mode))
    async def test_is_money_for_whom_a_person_says(self, duro, database, connection, clock, mode):
        environ = {"DURO_DATABASE_URL": database.admin_url}
        assert (
            await duro("seed", "--subscriptions", "1", "--tenants", "1", "--mode", mode.value, **environ)
        ).status == 0
        row = await connection.fetchrow(f"select * from {mode.value}.subscriptions limit 1")
        money = Money(70_000, Currency("NGN"))
        notices = [
            MoneyReceived("evt-7", None, None, "sim-7", money, Rail.TRANSFER, clock.now()),
            ChargeSucceeded("evt-8", "ref", "chg-8", money, Rail.CARD, clock.now()),
        ]
        pool = await DatabasePool.open(database.test_url, max_size=1)
        for notice in notices:
            kept = KeptNotice(
                provider="simulated",
                key=notice.event_id,
                kind=type(notice).__name__,
                reason=KeptReason.UNKNOWN_REFERENCE,
                detail="It names nothing of ours.",
                body=NoticeText.write(notice).encode(),
                received_at=clock.now(),
            )
            assert await KeptNotices(pool).keep(kept)
        await pool.close()
        name = str(SubscriptionId(row["id"]))

        taken = await duro("notices", "--again", "simulated/evt-7", "--to", name, **environ)
        assert (taken.status, taken.said) == (0, f"simulated/evt-7 was taken in for {name}: credited\n")
        for words, why in (
            (("simulated/evt-7", "--to", name), "No notice simulated/evt-7 waits"),
            (("simulated/evt-8", "--to", name), "tells of no money"),
            (("simulated/evt-8", "--to", str(SubscriptionId(uuid4()))), "No subscription has"),
            (("simulated/evt-8", "--to", "sub_1"), "an id of the form sub_"),
        ):
            refused = await duro("notices", "--again", *words, **environ)
            assert (
                await duro("notices", *words[1:], **environ)
            ).said == "duro: Say with --again which notice tells of the money.\n"
            assert (refused.status, why in refused.said, "Traceback" in refused.said) == (1, True, False)
        balance = await connection.fetchval(f"select balance from {mode.value}.subscriptions where id = $1", row["id"])
        assert balance == 70_000

    @pytest.mark.usefixtures("kept")
    async def test_are_counted_by_the_doctor(self, duro, database):
        done = await duro("doctor", DURO_DATABASE_URL=database.admin_url)
        assert "notices     2 wait for a person" in done.said


class TestMoney:
    @pytest_asyncio.fixture(loop_scope="session", params=list(Mode))
    async def waiting(self, request, duro, database, connection):
        """Money that came for a subscription in a currency that it isn't billed in."""
        mode = request.param.value
        words = ("seed", "--subscriptions", "2", "--tenants", "1", "--mode", mode)
        assert (await duro(*words, DURO_DATABASE_URL=database.admin_url)).status == 0
        sub, other = await connection.fetch(f"select * from {mode}.subscriptions order by id")
        await connection.execute(f"update {mode}.subscriptions set currency = 'GHS' where id = $1", other["id"])
        payment = await connection.fetchval(_HELD.replace("{mode}", mode), sub["tenant_id"], sub["id"])
        return str(IncomingPaymentId(payment)), str(SubscriptionId(sub["id"])), str(SubscriptionId(other["id"]))

    async def test_says_that_none_waits(self, duro, database):
        done = await duro("money", DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.said) == (0, "no money waits for a person\n")

    async def test_lists_what_waits(self, duro, database, waiting):
        payment, sub, _ = waiting
        done = await duro("money", DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.last_line) == (0, "1 payments wait for a person")
        assert f"{payment}  " in done.said
        assert "GHS 50.00 by transfer" in done.said
        assert sub in done.said
        assert "simulated/abroad\\x1b[red]" in done.said
        examined = await duro("doctor", DURO_DATABASE_URL=database.admin_url)
        assert "money       1 wait for a person (duro money lists them)" in examined.said

    async def test_gives_some_to_whom_it_belongs_once(self, duro, database, waiting):
        payment, sub, other = waiting
        words = ("money", "--allocate", payment, "--by", "Ngozi", "--note", "They called", "--to")
        refused = await duro(*words, sub, DURO_DATABASE_URL=database.admin_url)
        assert (refused.status, "is billed in NGN" in refused.said) == (1, True)
        first, again = [await duro(*words, other, DURO_DATABASE_URL=database.admin_url) for _ in range(2)]
        assert (first.status, first.said) == (0, f"GHS 50.00 of {payment} went to {other}: credited\n")
        assert (again.status, "waits; give what `duro money` lists." in again.said) == (1, True)

    async def test_says_that_some_was_sent_back(self, duro, database, waiting):
        payment, _, _ = waiting
        words = ("money", "--sent-back", payment, "--by", "Ngozi", "--note", "By their bank")
        done = await duro(*words, DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.said) == (0, f"GHS 50.00 of {payment} was sent back\n")
        assert (await duro("money", DURO_DATABASE_URL=database.admin_url)).said == "no money waits for a person\n"

    @pytest.mark.parametrize(
        ("words", "missing"),
        [
            (("--allocate", "inp_1", "--by", "Ngozi", "--note", "Seen"), "--to"),
            (("--sent-back", "inp_1", "--to", "sub_1", "--by", "Ngozi", "--note", "Seen"), "--to"),
            (("--allocate", "inp_1", "--sent-back", "inp_1"), "--allocate or --sent-back"),
            (("--sent-back", "inp_1", "--note", "Seen"), "--by"),
            (("--sent-back", "inp_1", "--by", "Ngozi", "--note", "Seen"), "inp_1"),
        ],
    )
    async def test_decides_nothing_that_is_half_said(self, duro, database, words, missing):
        done = await duro("money", *words, DURO_DATABASE_URL=database.admin_url)
        assert (done.status, missing in done.said, "Traceback" in done.said) == (1, True, False)


class TestReviews:
    @pytest_asyncio.fixture(loop_scope="session")
    async def doubted(self, duro, database, connection):
        """A charge of a live merchant, and one of a merchant in test mode, that only a person can explain."""
        names = {}
        for mode in Mode:
            words = ("seed", "--subscriptions", "1", "--tenants", "1", "--mode", mode.value)
            assert (await duro(*words, DURO_DATABASE_URL=database.admin_url)).status == 0
            row = await connection.fetchrow(f"select * from {mode.value}.subscriptions limit 1")
            attempt = await connection.fetchval(
                _REVIEW.replace("{mode}", mode.value), row["tenant_id"], row["id"], row["customer_id"]
            )
            names[mode] = str(PaymentAttemptId(attempt))
        return names

    async def test_says_that_none_waits(self, duro, database):
        done = await duro("reviews", DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.said) == (0, "no charge waits for a person\n")

    async def test_lists_what_waits_in_both_modes_and_why(self, duro, database, doubted):
        done = await duro("reviews", DURO_DATABASE_URL=database.admin_url)
        assert (done.status, done.last_line) == (0, "2 charges wait for a person")
        for mode, name in doubted.items():
            assert f"{name}  {mode.value}  NGN 5,000.00 asked for, since 20" in done.said
        assert "simulated, amount_mismatch: The provider took\\n NGN 1.00[red]." in done.said
        examined = await duro("doctor", DURO_DATABASE_URL=database.admin_url)
        assert "reviews     2 wait for a person (duro reviews lists them)" in examined.said

    @pytest.mark.parametrize("mode", list(Mode))
    async def test_settles_one_as_taken_once(self, duro, database, connection, doubted, mode):
        words = ("reviews", "--taken", doubted[mode], "--amount", "300000", "--by", "Ngozi", "--note", "Seen")
        first, again = [await duro(*words, DURO_DATABASE_URL=database.admin_url) for _ in range(2)]
        assert first.status == 0, first.said
        assert first.said.startswith(f"{doubted[mode]} is failed; inv_")
        assert first.said.endswith("is open, NGN 3,000.00 of NGN 5,000.00 paid; what came beside it is partly_paid\n")
        assert (again.status, "waits; give what `duro reviews` lists." in again.said) == (1, True)
        decided = await connection.fetchrow(f"select * from {mode.value}.review_decisions")
        assert (decided["amount"], decided["decided_by"], decided["note"]) == (300_000, "Ngozi", "Seen")

    async def test_settles_one_as_not_taken(self, duro, database, doubted):
        words = ("reviews", "--not-taken", doubted[Mode.LIVE], "--by", "Ngozi", "--note", "Not in their books")
        done = await duro(*words, DURO_DATABASE_URL=database.admin_url)
        assert (done.status, f"{doubted[Mode.LIVE]} is failed" in done.said) == (0, True)

    @pytest.mark.parametrize(
        ("words", "missing"),
        [
            (("--taken", "txn_1", "--by", "Ngozi", "--note", "Seen"), "--amount"),
            (("--not-taken", "txn_1", "--amount", "1", "--by", "Ngozi", "--note", "Seen"), "--amount"),
            (("--taken", "txn_1", "--not-taken", "txn_1"), "--taken or --not-taken"),
            (("--taken", "txn_1", "--amount", "1", "--note", "Seen"), "--by"),
            (("--taken", "txn_1", "--amount", "1", "--by", "Ngozi", "--note", "Seen"), "txn_1"),
        ],
    )
    async def test_decides_nothing_that_is_half_said(self, duro, database, words, missing):
        done = await duro("reviews", *words, DURO_DATABASE_URL=database.admin_url)
        assert (done.status, missing in done.said, "Traceback" in done.said) == (1, True, False)


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

    async def run(self, repository, *words: str) -> Done:
        said = StringIO()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("DURO_")}
        environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"}
        home = Home(root=repository, folder=repository / ".duro")
        command = TestCommand(home=home, environ=environ, console=Console(file=said, width=200))
        return Done(await command.execute([*words, "-p", "no:cacheprovider"]), said.getvalue())

    async def test_runs_every_suite_and_ends_with_the_total(self, repository):
        done = await self.run(repository)
        assert (done.status, done.last_line) == (0, "4 passed, 0 failed")
        assert any("unit and property" in line and "ok" in line for line in done.said.splitlines())

    async def test_fails_when_one_fails(self, repository):
        (repository / "tests/journeys/test_b.py").write_text("def test_three(): assert False\n")
        done = await self.run(repository)
        assert (done.status, done.last_line) == (1, "3 passed, 1 failed")

    async def test_counts_a_suite_that_can_not_even_be_read(self, repository):
        (repository / "tests/journeys/test_b.py").write_text("import nothing_of_that_name\n")
        done = await self.run(repository)
        assert (done.status, done.last_line) == (1, "3 passed, 1 failed")

    async def test_fails_over_a_suite_without_tests(self, repository):
        (repository / "tests/catalogue").mkdir()
        done = await self.run(repository, "tests/catalogue")
        assert (done.status, done.last_line) == (1, "0 passed, 1 failed")

    async def test_runs_named_paths_alone(self, repository):
        done = await self.run(repository, "tests/chaos")
        assert (done.status, done.last_line) == (1, "0 passed, 1 failed")
        done = await self.run(repository, "packages/a", "-k", "one")
        assert (done.status, done.last_line) == (0, "1 passed, 0 failed")
