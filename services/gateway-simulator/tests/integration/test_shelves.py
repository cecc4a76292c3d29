import sqlite3

import pytest
from whenever import Instant, TimeDelta

from duro.billing.recovery import Rail
from duro.gateway_simulator.ledger_file import LedgerFile
from duro.gateway_simulator.sqlite_ledger import SqliteIssuerLedger
from duro.kernel import Currency, Money
from duro.payments import Declined, MandateStatus
from duro.payments.simulated import (
    AccountEntry,
    ArrivalEntry,
    DeliveryStatus,
    DictationEntry,
    MandateEntry,
    NoticeDelivery,
    RailPage,
    RequestEntry,
    RequestState,
)

START = Instant.from_utc(2026, 11, 25, 12, nanosecond=123_456_000)
SECOND = TimeDelta(seconds=1)
NAIRA = Money(500_000, Currency("NGN"))


def request_of(reference, *, number="9900000001", late_at=None):
    return RequestEntry(
        reference=reference,
        amount=NAIRA,
        rail=Rail.USSD,
        number=number,
        phone="+2348100000001",
        expires_at=START,
        state=RequestState.OPEN,
        late_at=late_at,
    )


def arrival_of(name, *, owner="request r", at=START):
    return ArrivalEntry(
        provider_reference=name,
        owner=owner,
        order=1,
        reference="r",
        account_number=None,
        amount=Money(7, Currency("USD")),
        rail=Rail.TRANSFER,
        arrived_at=at,
    )


def delivery_of(event_id, due_at):
    return NoticeDelivery(event_id, 1, '{"ä":"\\n"}', START, due_at, DeliveryStatus.WAITING, 3)


class ShelfContract:
    """What the provider relies on, wherever its entries are kept. A subclass provides `page`."""

    def test_gives_back_exactly_what_was_put(self, page):
        mandate = MandateEntry("m", "0100000001", NAIRA, MandateStatus.ACTIVE, is_lost=False, activated_at=START)
        account = AccountEntry("a", NAIRA.currency, "9900000002", 'Adaöbi "A"', is_lost=True)
        kept = [
            (page.requests, request_of("r", late_at=START)),
            (page.accounts, account),
            (page.arrivals, arrival_of("p")),
            (page.mandates, mandate),
            (page.deliveries, delivery_of("e", None)),
            (page.dictations, DictationEntry("t", (Declined("79", "Life cycle", "03"), None), ("r",))),
        ]
        for shelf, entry in kept:
            shelf.put(entry)
        for shelf, entry in kept:
            assert shelf.get(entry.mark.key) == entry

    def test_has_nothing_that_was_never_put(self, page):
        page.requests.put(request_of("r"))
        assert page.requests.get("another") is None
        assert page.accounts.get("r") is None
        assert page.holder_of("9900000009") is None

    def test_keeps_the_last_of_what_was_put_under_one_key(self, page):
        page.requests.put(request_of("r", late_at=START))
        page.requests.put(request_of("r"))
        assert page.requests.get("r") == request_of("r")
        assert page.requests.due(START, limit=10) == []

    def test_knows_who_has_a_number(self, page):
        request, account = request_of("r"), AccountEntry("r", NAIRA.currency, "9900000002", "Ada", is_lost=False)
        page.requests.put(request)
        page.accounts.put(account)
        assert page.holder_of("9900000001") == request
        assert page.holder_of("9900000002") == account

    def test_lists_and_counts_what_an_owner_has_since_an_instant_in_the_order_of_time(self, page):
        for name, seconds in (("late", 2), ("early", 0), ("middle", 1)):
            page.arrivals.put(arrival_of(name, at=START + SECOND * seconds))
        page.arrivals.put(arrival_of("other", owner="account r"))
        assert page.arrivals.count("request r") == 3
        for since, limit, names in (
            (None, 10, ["early", "middle", "late"]),
            (START + SECOND, 10, ["middle", "late"]),
            (START + SECOND + TimeDelta(microseconds=1), 10, ["late"]),
            (None, 2, ["early", "middle"]),
        ):
            found = page.arrivals.owned("request r", since=since, limit=limit)
            assert [each.provider_reference for each in found] == names

    def test_lists_what_is_due_in_the_order_it_fell_due(self, page):
        for event_id, seconds in (("third", 3), ("first", 1), ("second", 2)):
            page.deliveries.put(delivery_of(event_id, START + SECOND * seconds))
        page.deliveries.put(delivery_of("never", None))
        now = START + SECOND * 2
        assert [each.event_id for each in page.deliveries.due(now, limit=10)] == ["first", "second"]
        assert [each.event_id for each in page.deliveries.due(now, limit=1)] == ["first"]
        assert page.deliveries.due(START, limit=10) == []

    def test_lists_all_in_the_order_they_came_page_by_page(self, page):
        names = [f"p{number}" for number in range(25)]
        for name in names:
            page.arrivals.put(arrival_of(name))
            page.deliveries.put(delivery_of(name, None))
        found, sizes, position = [], [], 0
        while position is not None:
            entries, position = page.arrivals.page(position=position, limit=10)
            found += [each.provider_reference for each in entries]
            sizes.append(len(entries))
        assert (found, sizes) == (names, [10, 10, 5])
        assert page.mandates.page(position=0, limit=10) == ([], None)

    def test_ends_with_its_last_full_page(self, page):
        for number in range(10):
            page.arrivals.put(arrival_of(f"p{number}"))
        assert page.arrivals.page(position=0, limit=10)[1] is None


class TestMemoryShelf(ShelfContract):
    @pytest.fixture
    def page(self):
        return RailPage.in_memory()


class TestSqliteShelf(ShelfContract):
    @pytest.fixture
    def page(self, database):
        file = LedgerFile(database)
        yield file.rails
        file.close()


class TestShelvesInTheLedger:
    @pytest.fixture
    async def ledger(self, database):
        ledger = SqliteIssuerLedger.open(database)
        yield ledger
        await ledger.close()

    async def test_are_the_same_after_it_was_closed_and_opened(self, ledger, database):
        await ledger.change(lambda page: page.requests.put(request_of("r")))
        other = SqliteIssuerLedger.open(database)
        assert await other.change(lambda page: page.requests.get("r")) == request_of("r")
        await other.close()

    async def test_change_together_or_not_at_all(self, ledger, database):
        blocker = sqlite3.connect(database)
        blocker.execute(
            "create trigger broken before insert on shelves when new.kind = 'delivery'"
            " begin select raise(abort, 'disk is full'); end"
        )
        blocker.commit()

        def work(page):
            page.arrivals.put(arrival_of("p"))
            page.deliveries.put(delivery_of("e", START))

        with pytest.raises(sqlite3.IntegrityError):
            await ledger.change(work)
        blocker.close()
        assert await ledger.change(lambda page: page.arrivals.get("p")) is None

    @pytest.mark.parametrize(
        "statement",
        [
            "delete from shelves",
            "update shelves set body = replace(body, '7', '8') where kind = 'arrival'",
            "update shelves set number = '9900000007' where kind = 'request'",
            "update shelves set number = null where kind = 'request'",
            "insert into shelves (kind, key, number, body) values ('account', 'a', '9900000001', '{}')",
            "insert into shelves (kind, key, body) values ('arrival', 'p', '{}')",
        ],
    )
    async def test_refuse_in_the_file_itself_to_forget_money_or_give_a_number_twice(self, ledger, database, statement):
        await ledger.change(lambda page: page.requests.put(request_of("r")))
        await ledger.change(lambda page: page.arrivals.put(arrival_of("p")))
        connection = sqlite3.connect(database)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        connection.close()
