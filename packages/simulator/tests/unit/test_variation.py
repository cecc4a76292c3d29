import hashlib

import pytest

from duro.simulator.answer import Answer
from duro.simulator.draws import Draws
from duro.simulator.priors import Priors
from duro.simulator.seeds import SeedBook
from duro.simulator.variation import Variation
from duro.simulator.world import World

_SEED = SeedBook.DEVELOPMENT[3]
_EACH = pytest.mark.parametrize("variation", Variation.published(), ids=lambda variation: variation.name)


class TestVariation:
    @_EACH
    def test_replaces_the_ranges_it_names_and_no_other(self, variation):
        base, varied = dict(Priors().rows()), dict(variation.priors.rows())
        assert {name for name in base if base[name] != varied[name]} == set(variation.ranges)
        for name, ends in variation.ranges.items():
            assert (varied[name].low, varied[name].high) == ends
            assert varied[name].source.startswith("sensitivity")

    @_EACH
    def test_draws_from_its_ranges_and_what_it_leaves_alone_as_the_base_world_does(self, variation):
        base, varied = (Draws.of(p, _SEED.world_stream("priors")) for p in (Priors(), variation.priors))
        for name, (low, high) in variation.ranges.items():
            assert low <= varied[name] <= high
        reasons = {"insufficient_funds", "generic", "outage", "expired", "hard", "authentication"}
        for name in set(base.values) - set(variation.ranges) - reasons:
            assert varied[name] == base[name]

    @_EACH
    def test_makes_a_world_with_money_at_risk_for_want_of_money(self, variation):
        world = World.make(_SEED, payers=300, months=3, priors=variation.priors)
        assert world.cases.at_risk > 0
        assert (world.cases.first_answer == Answer.INSUFFICIENT_FUNDS).any()

    def test_has_a_name_of_its_own(self):
        names = [variation.name for variation in Variation.published()]
        assert len(set(names)) == len(names)


class TestWhatFiguresRestOn:
    """Published figures are void if these move: the base ranges, the variations and the seeds."""

    def test_never_changes(self):
        ranges = [(name, span.low, span.high) for name, span in Priors().rows()]
        variations = [(variation.name, sorted(variation.ranges.items())) for variation in Variation.published()]
        seeds = [(seed.world, seed.chance) for seed in (*SeedBook.DEVELOPMENT, *SeedBook.EVALUATION)]
        digest = hashlib.sha256(repr((ranges, variations, seeds)).encode()).hexdigest()
        assert digest == "509f009728bf1cb1a3e56496d912f9a737e1a9096d0355e28706b0aeab613646"
