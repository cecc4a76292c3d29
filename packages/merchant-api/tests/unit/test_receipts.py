from whenever import Instant, TimeDelta

from duro.kernel import CustomerId, SubscriptionId
from duro.merchant_api.given import KEPT, Given
from duro.merchant_api.receipts import DerivedIdFactory

NOW = Instant.from_utc(2026, 3, 31, 9)


def factory(seed: bytes = b"seed", at: Instant = NOW) -> DerivedIdFactory:
    return DerivedIdFactory(seed=seed, at=at)


class TestDerivedIdFactory:
    def test_makes_the_same_ids_in_the_same_order_again(self):
        first, again = factory(), factory()
        assert [first.new(SubscriptionId) for _ in range(3)] == [again.new(SubscriptionId) for _ in range(3)]

    def test_makes_a_new_id_each_time(self):
        ids = factory()
        assert len({ids.new(SubscriptionId) for _ in range(100)}) == 100

    def test_makes_other_ids_for_another_seed_instant_or_kind(self):
        made = {
            factory().new(SubscriptionId).value,
            factory(seed=b"other").new(SubscriptionId).value,
            factory(at=NOW + TimeDelta(microseconds=1)).new(SubscriptionId).value,
            factory().new(CustomerId).value,
        }
        assert len(made) == 4

    def test_makes_uuids_of_version_7_that_sort_by_their_instant(self):
        instants = [NOW + TimeDelta(microseconds=step) for step in (0, 1, 999, 1_000, 1_000_000)]
        made = [factory(at=at, seed=bytes([255 - number])).new(SubscriptionId) for number, at in enumerate(instants)]
        assert {identifier.value.version for identifier in made} == {7}
        assert {identifier.value.variant for identifier in made} == {"specified in RFC 4122"}
        assert made == sorted(made)


class TestGiven:
    def test_stands_over_the_current_value_even_as_none(self):
        assert Given(None).over(None) is None
        assert Given(2).over(1) == 2
        assert KEPT.over(1) == 1
