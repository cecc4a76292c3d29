import pytest

from duro.simulator.policies.catalogue import Catalogue, UnknownPolicyError
from duro.simulator.terms import Terms


class TestTerms:
    @pytest.mark.parametrize(
        ("name", "split"),
        [
            ("even_6_in_30", ("even", Terms(6, 30))),
            ("duro_calendar_8_in_14", ("duro_calendar", Terms(8, 14))),
            ("duro_calendar", ("duro_calendar", None)),
            ("ladder_1_3_5_7", ("ladder_1_3_5_7", None)),
            ("even_0_in_30", ("even_0_in_30", None)),
        ],
    )
    def test_are_read_from_a_name(self, name, split):
        assert Terms.split(name) == split

    def test_are_part_of_a_name(self):
        assert Terms.split(Terms(4, 21).named("duro_calendar")) == ("duro_calendar", Terms(4, 21))


class TestCatalogue:
    def test_makes_a_policy_that_takes_terms_work_on_them(self, world):
        flexible = [name for name in (*Catalogue.NAMES, *Catalogue.PARTS) if Catalogue().takes_terms(name)]
        assert {"duro_calendar", *Catalogue.PARTS} < set(flexible)
        for name in flexible:
            policy = Catalogue().make(f"{name}_4_in_21", world)
            assert (policy.name, policy.most_tries, policy.window_days) == (f"{name}_4_in_21", 4, 21)
            assert Catalogue().make(name, world).name == name

    @pytest.mark.parametrize("name", ["even", "evenly", "oracle_3_in_4", "ladder_8_8_8_3_in_4", "even_0_in_30"])
    def test_refuses_terms_that_nobody_takes(self, name):
        with pytest.raises(UnknownPolicyError, match=name):
            Catalogue().check(name)
