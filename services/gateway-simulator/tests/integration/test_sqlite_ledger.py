import asyncio
import sqlite3

import pytest

from duro.gateway_simulator.sqlite_ledger import SqliteIssuerLedger
from duro.kernel import Currency, Money
from duro.payments import Declined, RefundRefused, SimulatedCard
from duro.payments.simulated import ChargeStatus, Presentment, RefundOrder, RefundStatus

NGN = Currency("NGN")
BEFORE_FEES = (
    "drop trigger charges_keep_their_decision",
    "drop view charge_rows",
    """create view charge_rows as select position, reference, json_array(reference, token, amount, currency, status,
        code, message, advice, presentments, takings, refunds, amount_refunded) as row from charges""",
    "alter table charges drop column fee",
)


def presentment(reference, *, amount=500, decline=None, is_lost_at_first=False, fee=None):
    return Presentment(
        reference=reference,
        token=SimulatedCard.APPROVE.token,
        amount=Money(amount, NGN),
        decline=decline,
        is_lost_at_first=is_lost_at_first,
        fee=None if fee is None else Money(fee, NGN),
    )


def order(reference, charge, amount):
    return RefundOrder(reference=reference, charge_reference=charge, amount=Money(amount, NGN), is_lost_at_first=False)


@pytest.fixture
async def ledger(database):
    ledger = SqliteIssuerLedger.open(database)
    yield ledger
    await ledger.close()


class TestSqliteIssuerLedger:
    async def test_gives_back_exactly_what_was_written(self, ledger):
        lost = await ledger.present(presentment("lost", is_lost_at_first=True))
        declined = await ledger.present(presentment("no", decline=Declined("05", 'Do "not" honör\n', "02")))
        taken = await ledger.present(presentment("yes", amount=10**12, fee=200_000))
        given = await ledger.give_back(order("back", "yes", 7))
        refused = await ledger.give_back(order("refused", "no", 7))
        assert await ledger.charge("lost") == lost.entry
        assert lost.entry.status is ChargeStatus.LOST
        assert given.charge.result.fee == Money(200_000, NGN)
        assert await ledger.charge("no") == declined.entry
        assert await ledger.charge("yes") == given.charge != taken.entry
        assert await ledger.refund("back") == given.entry
        assert await ledger.refund("refused") == refused.entry
        assert refused.entry.refusal == RefundRefused("charge_not_found", refused.entry.refusal.message)
        assert await ledger.charge("nobody") is None
        assert await ledger.refund("nobody") is None

    async def test_is_the_same_after_it_was_closed_and_opened(self, ledger, database):
        await ledger.present(presentment("yes"))
        other = SqliteIssuerLedger.open(database)
        assert await other.charge("yes") == await ledger.charge("yes")
        await other.close()

    async def test_keeps_what_a_file_from_before_fees_holds_and_fees_from_then_on(self, tmp_path):
        old = tmp_path / "old.sqlite"
        ledger = SqliteIssuerLedger.open(old)
        await ledger.present(presentment("before"))
        await ledger.close()
        connection = sqlite3.connect(old)
        for statement in BEFORE_FEES:
            connection.execute(statement)
        connection.commit()
        connection.close()
        ledger = SqliteIssuerLedger.open(old)
        await ledger.present(presentment("after", fee=8))
        fees = [(await ledger.charge(name)).fee for name in ("before", "after")]
        assert fees == [None, Money(8, NGN)]
        await ledger.close()

    async def test_decides_one_after_the_other_what_one_transaction_holds(self, ledger):
        charges = [ledger.present(presentment("same", amount=amount)) for amount in range(1, 700)]
        presented = await asyncio.gather(*charges)
        assert {result.entry.amount for result in presented} == {Money(1, NGN)}
        assert [result.entry.presentments for result in presented] == list(range(1, 700))
        refunds = await asyncio.gather(*[ledger.give_back(order(f"f{n}", "same", 1)) for n in range(5)])
        assert [result.entry.status for result in refunds] == [RefundStatus.REFUNDED] + [RefundStatus.REFUSED] * 4

    async def test_lists_all_in_the_order_they_came_page_by_page(self, ledger):
        names = [f"r{number}" for number in range(25)]
        for name in names:
            await ledger.present(presentment(name, decline=Declined("51", "Insufficient funds")))
            await ledger.give_back(order(f"f-{name}", name, 1))
        for read, prefix in ((ledger.charges, ""), (ledger.refunds, "f-")):
            found, sizes, position = [], [], 0
            while position is not None:
                page = await read(position=position, limit=10)
                found += [entry.reference for entry in page.entries]
                sizes.append(len(page.entries))
                position = page.next_position
            assert found == [prefix + name for name in names]
            assert sizes == [10, 10, 5]

    async def test_ends_the_list_with_its_last_full_page(self, ledger):
        for number in range(10):
            await ledger.present(presentment(f"r{number}"))
        assert (await ledger.charges(position=0, limit=10)).next_position is None

    @pytest.mark.parametrize(
        "statement",
        [
            "update charges set takings = 2",
            "update charges set status = 'lost', takings = 0, amount_refunded = 0",
            "update charges set amount = 499",
            "update charges set currency = 'USD'",
            "update charges set amount_refunded = 501",
            "update charges set fee = 501",
            "update charges set fee = 8",
            "delete from charges",
            "delete from refunds",
            "update refunds set amount = 499",
            "insert into charges values (9, 'new', 't', 5, 'NGN', 'declined', '05', '', null, 1, 1, 0, 0, null)",
        ],
    )
    async def test_refuses_in_the_file_itself_to_take_twice_or_to_forget(self, ledger, database, statement):
        await ledger.present(presentment("yes"))
        await ledger.give_back(order("back", "yes", 5))
        connection = sqlite3.connect(database)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        connection.close()

    async def test_tells_every_caller_when_a_transaction_fails_and_goes_on_after(self, ledger, database):
        await ledger.present(presentment("before"))
        blocker = sqlite3.connect(database)
        blocker.execute("create trigger broken before insert on charges begin select raise(abort, 'disk is full'); end")
        blocker.commit()
        results = await asyncio.gather(
            *[ledger.present(presentment(f"r{number}")) for number in range(5)], return_exceptions=True
        )
        assert {type(result) for result in results} == {sqlite3.IntegrityError}
        blocker.execute("drop trigger broken")
        blocker.commit()
        blocker.close()
        assert (await ledger.present(presentment("r1"))).is_first
        assert (await ledger.charge("before")).takings == 1

    async def test_waits_for_another_writer_and_then_sees_what_it_wrote(self, ledger, database):
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("begin immediate")
        waiting = asyncio.create_task(ledger.present(presentment("r", amount=900)))
        assert await asyncio.wait({waiting}, timeout=0.3) == (set(), {waiting})
        other.execute(
            "insert into charges values (1, 'r', 't', 5, 'NGN', 'approved', null, null, null, 1, 1, 0, 0, null)"
        )
        other.execute("commit")
        other.close()
        presented = await waiting
        assert (presented.entry.amount, presented.entry.presentments, presented.is_repeat) == (Money(5, NGN), 2, True)

    async def test_writes_a_refund_and_its_charge_both_or_neither(self, ledger, database):
        await ledger.present(presentment("yes"))
        blocker = sqlite3.connect(database)
        blocker.execute("create trigger broken before insert on refunds begin select raise(abort, 'disk is full'); end")
        blocker.commit()
        with pytest.raises(sqlite3.IntegrityError):
            await ledger.give_back(order("back", "yes", 5))
        blocker.close()
        assert (await ledger.charge("yes")).amount_refunded == Money(0, NGN)
        assert await ledger.refund("back") is None

    async def test_finishes_the_charge_of_a_caller_who_left(self, ledger):
        leaving = asyncio.create_task(ledger.present(presentment("left")))
        await asyncio.sleep(0)
        leaving.cancel()
        assert (await ledger.charge("left")).takings == 1
