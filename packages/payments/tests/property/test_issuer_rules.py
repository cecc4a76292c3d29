from hypothesis import given
from hypothesis import strategies as st

from duro.kernel import Currency, Money
from duro.payments import Declined
from duro.payments.simulated import ChargeStatus, Presentment, RefundOrder

CURRENCIES = st.sampled_from([Currency("NGN"), Currency("USD")])
AMOUNTS = st.builds(Money, st.integers(1, 1_000), CURRENCIES)
PRESENTMENTS = st.builds(
    Presentment,
    reference=st.just("r"),
    token=st.sampled_from(["a", "b"]),
    amount=AMOUNTS,
    decline=st.sampled_from([None, Declined("51", "Insufficient funds")]),
    is_lost_at_first=st.booleans(),
    fee=st.none() | st.builds(Money, st.just(1), st.just(Currency("NGN"))),
)


class TestPresentment:
    @given(st.lists(PRESENTMENTS, min_size=1, max_size=8))
    def test_takes_at_most_once_however_often_and_differently_a_reference_comes(self, presentments):
        entry, taken, decisions = None, 0, []
        for presentment in presentments:
            before = 0 if entry is None else entry.takings
            presented = presentment.against(entry)
            entry = presented.entry
            taken += entry.takings - before
            if entry.result is not None:
                decisions.append(entry.result)
        assert taken <= 1
        assert len(set(decisions)) <= 1
        assert entry.presentments == len(presentments)
        assert entry.takings == (entry.status is ChargeStatus.APPROVED)

    @given(PRESENTMENTS, PRESENTMENTS)
    def test_is_lost_only_at_first(self, first, second):
        entry = first.against(None).entry
        assert (entry.result is None) == first.is_lost_at_first
        assert second.against(entry).entry.result is not None


ORDERS = st.lists(
    st.builds(
        RefundOrder,
        reference=st.sampled_from(["f1", "f2", "f3", "f4"]),
        charge_reference=st.just("r"),
        amount=st.builds(Money, st.integers(-50, 600), CURRENCIES),
        is_lost_at_first=st.booleans(),
    ),
    max_size=12,
)


class TestRefundOrder:
    @given(PRESENTMENTS, ORDERS)
    def test_never_gives_back_more_than_was_taken_nor_twice_under_one_reference(self, presentment, orders):
        charge, refunds, decisions = presentment.against(None).entry, {}, {}
        for order in orders:
            given_back = order.against(refunds.get(order.reference), charge)
            refunds[order.reference] = given_back.entry
            charge = given_back.charge or charge
            if given_back.entry.result is not None:
                assert decisions.setdefault(order.reference, given_back.entry.result) == given_back.entry.result
        given_in_all = sum(entry.amount.amount for entry in refunds.values() if entry.status == "refunded")
        assert given_in_all == charge.amount_refunded.amount
        assert 0 <= given_in_all <= charge.amount.amount * charge.takings
