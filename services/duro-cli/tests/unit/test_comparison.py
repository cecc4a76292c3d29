from dataclasses import replace
from typing import ClassVar

import pytest
from whenever import Instant, TimeDelta

from duro.cli.reconciliation.comparison import Comparison, MismatchKind
from duro.cli.reconciliation.gateway_ledger import GatewayEntry
from duro.db.collection_book import CollectionEntry
from duro.kernel import Currency, Money

NOW = Instant.from_utc(2026, 1, 1)
NAIRA = Currency("NGN")
FEES = (None, Money(8, NAIRA), Money(9, NAIRA))


class TestComparison:
    def ours(self, status: str, *, amount: int = 100, claimed_until: Instant = NOW) -> dict[str, CollectionEntry]:
        return {"ref": CollectionEntry("ref", status, Money(amount, NAIRA), claimed_until)}

    def theirs(self, kind: str, status: str, *, takings: int = 0, amount: int = 100):
        return {(kind, "ref"): GatewayEntry(kind, "ref", Money(amount, NAIRA), status, takings)}

    def kinds(self, charges=None, theirs=None, refunds=None) -> list[MismatchKind]:
        comparison = Comparison(charges=charges or {}, refunds=refunds or {}, theirs=theirs or {}, now=NOW)
        return [mismatch.kind for mismatch in comparison.mismatches()]

    def test_is_content_when_both_say_the_same(self):
        assert self.kinds(self.ours("succeeded"), self.theirs("charge", "approved", takings=1)) == []
        assert self.kinds(self.ours("failed"), self.theirs("charge", "declined")) == []
        assert self.kinds(None, self.theirs("refund", "refunded"), self.ours("succeeded")) == []

    def test_finds_money_taken_twice(self):
        theirs = self.theirs("charge", "approved", takings=2)
        assert self.kinds(self.ours("succeeded"), theirs) == [MismatchKind.DOUBLE]

    def test_finds_money_taken_that_is_failed_here(self):
        theirs = self.theirs("charge", "approved", takings=1)
        assert self.kinds(self.ours("failed"), theirs) == [MismatchKind.LOST]

    def test_finds_money_taken_that_is_long_unknown_here(self):
        theirs = self.theirs("charge", "approved", takings=1)
        left = self.ours("pending", claimed_until=NOW - TimeDelta(minutes=11))
        assert self.kinds(left, theirs) == [MismatchKind.LOST]
        assert self.kinds(self.ours("pending"), theirs) == []

    def test_leaves_what_is_pending_on_a_test_clock_to_its_merchant(self):
        left = {key: replace(entry, is_on_test_clock=True) for key, entry in self.ours("pending").items()}
        later = {key: replace(entry, claimed_until=NOW - TimeDelta(hours=99)) for key, entry in left.items()}
        assert self.kinds(later, self.theirs("charge", "approved", takings=1)) == []

    def test_finds_money_taken_that_nobody_asked_for(self):
        assert self.kinds(None, self.theirs("charge", "approved", takings=1)) == [MismatchKind.ORPHAN]
        assert self.kinds(None, self.theirs("charge", "declined")) == []

    def test_finds_money_booked_that_was_never_taken(self):
        assert self.kinds(self.ours("succeeded"), {}) == [MismatchKind.PHANTOM]
        assert self.kinds(self.ours("succeeded"), self.theirs("charge", "lost")) == [MismatchKind.PHANTOM]

    def test_finds_another_fee_where_one_is_known_here(self):
        theirs = {
            key: replace(one, fee=Money(8, NAIRA)) for key, one in self.theirs("charge", "approved", takings=1).items()
        }
        unknown, same, another = ({"ref": replace(self.ours("succeeded")["ref"], fee=fee)} for fee in FEES)
        assert self.kinds(unknown, theirs) == self.kinds(same, theirs) == []
        assert self.kinds(another, theirs) == [MismatchKind.FEE]

    def test_finds_another_amount(self):
        theirs = self.theirs("charge", "approved", takings=1, amount=99)
        assert self.kinds(self.ours("succeeded"), theirs) == [MismatchKind.AMOUNT]
        assert self.kinds(self.ours("review"), theirs) == []

    def test_knows_money_of_a_charge_that_failed_and_came_after_all(self):
        assert self.kinds(self.ours("received"), self.theirs("charge", "approved", takings=1)) == []

    def test_does_not_take_a_refund_for_a_charge(self):
        found = self.kinds(self.ours("succeeded"), self.theirs("refund", "refunded"))
        assert found == [MismatchKind.ORPHAN, MismatchKind.PHANTOM]


class TestPushedMoney:
    REQUESTS: ClassVar = {"asked": CollectionEntry("asked", "open", Money(100, NAIRA), NOW)}
    KNOWN: ClassVar = {"came": CollectionEntry("came", "received", Money(100, NAIRA), NOW)}

    def theirs(self, *, request: str | None = "asked", hours: int = 0, amount: int = 100):
        at = NOW - TimeDelta(hours=hours)
        entry = GatewayEntry("arrival", "came", Money(amount, NAIRA), "arrived", 0, request_reference=request, at=at)
        return {("arrival", "came"): entry}

    def kinds(self, theirs, arrivals=None, requests=REQUESTS, dealt_with=frozenset()) -> list[MismatchKind]:
        comparison = Comparison(
            charges={},
            refunds={},
            theirs=theirs,
            now=NOW,
            requests=requests,
            arrivals=arrivals or {},
            dealt_with=dealt_with,
        )
        return [mismatch.kind for mismatch in comparison.mismatches()]

    def test_is_known_on_both_sides(self):
        assert self.kinds(self.theirs(hours=99), self.KNOWN) == []

    def test_is_lost_once_it_should_have_been_looked_up(self):
        assert self.kinds(self.theirs(hours=25)) == []
        assert self.kinds(self.theirs(hours=26)) == [MismatchKind.LOST]

    @pytest.mark.parametrize("request_reference", ["elsewhere", None])
    def test_that_nobody_asked_for_is_an_orphan_until_somebody_has_dealt_with_it(self, request_reference):
        assert self.kinds(self.theirs(request=request_reference, hours=25)) == []
        theirs = self.theirs(request=request_reference, hours=26)
        assert self.kinds(theirs) == [MismatchKind.ORPHAN]
        assert self.kinds(theirs, dealt_with=frozenset({"came"})) == []

    def test_is_not_lost_where_time_stands_still(self):
        on_test_clock = {key: replace(entry, is_on_test_clock=True) for key, entry in self.REQUESTS.items()}
        assert self.kinds(self.theirs(hours=26), requests=on_test_clock) == []

    def test_is_a_phantom_where_it_never_came(self):
        assert self.kinds({}, self.KNOWN) == [MismatchKind.PHANTOM]

    def test_has_one_fee(self):
        known = {key: replace(entry, fee=Money(5, NAIRA)) for key, entry in self.KNOWN.items()}
        assert self.kinds(self.theirs(), known) == [MismatchKind.FEE]

    def test_has_one_amount(self):
        assert self.kinds(self.theirs(amount=99), self.KNOWN) == [MismatchKind.AMOUNT]
