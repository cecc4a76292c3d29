"""What waits for a person: notices, money and charges, listed and dealt with."""

from typing import Final
from uuid import uuid4

import pytest
import pytest_asyncio

from duro.billing.recovery import Rail
from duro.db import DatabasePool
from duro.db.kept_notices import KeptNotice, KeptNotices, KeptReason, WaitingNotices
from duro.kernel import Currency, IncomingPaymentId, Mode, Money, PaymentAttemptId, SubscriptionId, TenantId
from duro.payments import ChargeSucceeded, MoneyReceived
from duro.payments.simulated.webhooks.notice_text import NoticeText

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
            await duro("seed", "--subscriptions", "2", "--tenants", "2", "--mode", mode.value, **environ)
        ).status == 0
        row, other = await connection.fetch(f"select distinct on (tenant_id) * from {mode.value}.subscriptions")
        assert row["tenant_id"] != other["tenant_id"]
        money = Money(70_000, Currency("NGN"))
        notices = [
            MoneyReceived("evt-7", None, None, "sim-7", money, Rail.TRANSFER, clock.now()),
            ChargeSucceeded("evt-8", "ref", "chg-8", money, Rail.CARD, clock.now()),
            MoneyReceived("evt-9", None, None, "sim-7", money, Rail.TRANSFER, clock.now()),
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
            (("simulated/evt-9", "--to", name), "was taken in before"),
            (("simulated/evt-9", "--to", str(SubscriptionId(other["id"]))), f"for {TenantId(row['tenant_id'])}"),
        ):
            refused = await duro("notices", "--again", *words, **environ)
            assert (
                await duro("notices", *words[1:], **environ)
            ).said == "duro: Say with --again which notice tells of the money.\n"
            assert (refused.status, why in refused.said, "Traceback" in refused.said) == (1, True, False)
        balance = await connection.fetchval(f"select balance from {mode.value}.subscriptions where id = $1", row["id"])
        assert balance == 70_000
        assert await connection.fetchval(f"select count(*) from {mode.value}.incoming_payments") == 1

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
