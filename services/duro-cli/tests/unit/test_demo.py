from dataclasses import replace
from itertools import pairwise
from uuid import UUID

from whenever import Instant, TimeDelta

from duro.billing import Interval
from duro.cli.crowd import CrowdOrder
from duro.cli.demo.cast import DemoCast, DemoPlan, DemoTurn
from duro.cli.demo.payer_pages import PayerPages
from duro.cli.screen.outcomes import OutcomeBoard
from duro.crypto import LinkPurpose, LinkSigner
from duro.db.overview import Happening, Overview, Told
from duro.kernel import Currency, FrozenClock, InvoiceId, Mode, Money, TenantId
from duro.payments.simulated import Delivery

NOW = Instant.from_utc(2026, 1, 31, 12)


class TestDemoCast:
    def test_shows_every_outcome_within_the_first_minute(self):
        first = [role for role in DemoCast.all() if role.due_seconds <= 50]
        assert any(role.card.decline is None and role.card.delivery is Delivery.ANSWERED for role in first)
        assert any(role.card.decline is not None for role in first)
        assert any(role.card.delivery is Delivery.SILENT for role in first)
        assert any(role.plan is DemoPlan.TASTER for role in first)
        assert {role.turn for role in first} == set(DemoTurn)

    def test_has_something_due_in_every_quarter_of_a_minute_around_the_hour(self):
        dues = sorted(role.due_seconds for role in DemoCast.all() if role.due_seconds < 3_600)
        assert max(later - earlier for earlier, later in pairwise(dues)) <= 15

    def test_gives_everybody_an_address_of_their_own(self):
        emails = [role.email for role in DemoCast.all()]
        assert len(set(emails)) == len(emails)

    def test_can_be_told_on_both_channels_at_numbers_that_nobody_has(self):
        cast = DemoCast.all()
        assert {role.has_whatsapp_consent for role in cast} == {True, False}
        assert len({role.phone for role in cast}) == len(cast)
        assert all(role.phone.startswith("+2340") for role in cast)


class TestCrowdOrder:
    def order(self, *, subscriptions: int = 10, tenants: int = 3, is_due_now: bool = True) -> CrowdOrder:
        return CrowdOrder(
            subscriptions=subscriptions,
            tenants=tenants,
            is_due_now=is_due_now,
            mode=Mode.TEST,
            interval=Interval.MONTH,
        )

    def test_shares_as_evenly_as_can_be(self):
        assert self.order().shares() == (4, 3, 3)

    def test_lets_all_periods_end_now(self):
        (period,) = self.order().periods(NOW)
        assert (period.start, period.end) == (NOW - TimeDelta(hours=31 * 24), NOW)

    def test_spreads_ends_evenly_over_the_coming_period(self):
        periods = self.order(subscriptions=28, is_due_now=False).periods(NOW)
        assert [period.end for period in periods] == [NOW + TimeDelta(hours=24 * day) for day in range(1, 29)]


class TestOutcomeBoard:
    def board(
        self, outcome: str, *, age_seconds: int = 0, detail: str = "", told: tuple[Told, ...] = ()
    ) -> OutcomeBoard:
        happening = Happening(
            key=f"1 {outcome}",
            happened_at=NOW - TimeDelta(seconds=age_seconds),
            outcome=outcome,
            amount=Money(20_000, Currency("NGN")),
            detail=detail,
            customer="Ada Eze",
            plan="Hotspot",
            attempt=1,
        )
        overview = Overview(
            happenings=(happening,),
            attempts={"succeeded": 3, "failed": 2, "pending": 1},
            charged=(Money(60_000, Currency("NGN")),),
            subscriptions={"active": 7, "past_due": 2, "canceled": 1, "expired": 1},
            next_due_at=NOW + TimeDelta(seconds=9),
            told=told,
        )
        return OutcomeBoard(overview, NOW)

    def test_says_what_came_of_it_in_one_line(self):
        ((_, line),) = self.board("failed", detail="Insufficient funds").lines({})
        assert line.endswith("declined: Insufficient funds NGN 200.00  Ada Eze, Hotspot (try 1)")

    def test_says_nothing_of_a_charge_that_is_only_just_under_way(self):
        assert self.board("pending").lines({}) == ()

    def test_calls_a_charge_unknown_once_its_answer_is_overdue(self):
        ((_, line),) = self.board("pending", age_seconds=9).lines({})
        assert "unknown: no answer, to be looked up" in line

    def test_says_nothing_twice(self):
        assert self.board("failed").lines({"1 failed": ""}) == ()

    def test_sums_up(self):
        assert self.board("failed").summary() == (
            "charged 3 · declined 2 · unanswered 1 · ended 2 · money NGN 600.00 · past due 2 · next due in 9 s"
        )

    def test_shows_what_was_told_to_whom_without_telling_who_that_is(self):
        told = (
            Told("2 sent", NOW, "receipt", "whatsapp", "+2348031234567", "shown"),
            Told("1 refused", NOW, "dunning_1", "email", "ada.eze@example.com", "refused: recipient:550"),
        )
        _, first, second = [line for _, line in self.board("failed", told=told).lines({})]
        assert first.endswith("told: dunning_1 to a…@example.com by email: refused: recipient:550")
        assert second.endswith("told: receipt to +234…567 by whatsapp: shown")
        assert self.board("failed", told=told).lines({"1 failed": "", "2 sent": "", "1 refused": ""}) == ()

    def test_leads_to_the_page_of_what_a_payer_was_asked_for(self):
        asked, signer = InvoiceId(UUID(int=7)), LinkSigner([b"k" * 32])
        told = (
            Told("1 sent", NOW, "dunning_1", "email", "ada@example.com", "shown", invoice_id=asked),
            Told("2 sent", NOW, "receipt", "email", "ada@example.com", "shown", invoice_id=asked),
        )
        board = self.board("failed", told=told)
        happened = replace(board.overview.happenings[0], invoice_id=asked)
        pages = PayerPages(
            base="http://127.0.0.1:8401/", signer=signer, tenant_id=TenantId(UUID(int=3)), clock=FrozenClock(NOW)
        )
        board = OutcomeBoard(pages.named_in(replace(board.overview, happenings=(happened,))), NOW)
        declined, receipt, dunning = [line for _, line in board.lines({})]
        assert receipt.endswith("by email: shown")
        _, token = dunning.split("by email: shown http://127.0.0.1:8401/pay/")
        assert declined.endswith(f"(try 1) http://127.0.0.1:8401/pay/{token}")
        link = signer.read(token, now=NOW)
        assert (link.subject, link.tenant_id, link.mode, link.purpose) == (
            asked,
            TenantId(UUID(int=3)),
            Mode.TEST,
            LinkPurpose.PAY,
        )
