import dataclasses

import numpy as np
import pytest

from duro.simulator.answer import Answer
from duro.simulator.chance import Chance
from duro.simulator.draws import Draws
from duro.simulator.priors import Priors, Span
from duro.simulator.seeds import Seed, SeedBook, SeedNotFoundError
from duro.simulator.timeline import Timeline
from duro.simulator.world import World


def _arrays(value):
    if isinstance(value, np.ndarray):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _arrays(getattr(value, field.name))


class TestWorld:
    def test_is_the_same_for_the_same_seed(self, world):
        again = World.make(SeedBook.DEVELOPMENT[0], payers=600, months=4)
        pairs = list(zip(_arrays(world), _arrays(again), strict=True))
        assert len(pairs) > 20
        assert all(np.array_equal(one, other) for one, other in pairs)
        assert world.draws == again.draws

    def test_differs_between_seeds(self, world):
        other = World.make(SeedBook.DEVELOPMENT[1], payers=600, months=4)
        assert other.draws != world.draws
        assert other.cases.at_risk != world.cases.at_risk

    def test_keeps_its_payers_when_only_chance_differs(self, world):
        seed = SeedBook.DEVELOPMENT[0]
        other = World.make(Seed(seed.world, seed.chance + 1), payers=600, months=4)
        assert np.array_equal(other.cards.wallets.midnight, world.cards.wallets.midnight)
        assert not np.array_equal(other.cases.opened_at, world.cases.opened_at)

    @pytest.mark.parametrize("seed", SeedBook.DEVELOPMENT[:3])
    def test_fails_as_often_and_for_the_reasons_that_it_drew(self, seed):
        world = World.make(seed, payers=3_000, months=6)
        draws, cases = world.draws, world.cases
        failed = len(cases) / (len(cases) + len(world.paid.at))
        assert failed == pytest.approx(draws["failure_rate"], rel=0.1)
        shares = np.bincount(cases.first_answer, minlength=len(Answer)) / len(cases)
        assert shares[Answer.INSUFFICIENT_FUNDS] == pytest.approx(draws["insufficient_funds"], abs=0.06)
        assert shares[Answer.DO_NOT_HONOR] == pytest.approx(draws["generic"], abs=0.05)
        assert shares[Answer.PROCESSOR_ERROR] == pytest.approx(draws["outage"], abs=0.04)
        assert shares[Answer.EXPIRED_CARD] == pytest.approx(draws["expired"], abs=0.03)
        assert shares[Answer.HARD_DECLINE] == pytest.approx(draws["hard"], abs=0.03)
        assert shares[Answer.AUTHENTICATION_REQUIRED] == pytest.approx(draws["authentication"], abs=0.03)

    def test_answers_each_case_as_it_failed_when_asked_again_in_the_same_slot(self, world):
        everyone = np.arange(len(world.cases))
        no = np.zeros(len(world.cases), dtype=bool)
        again = world.answer(everyone, world.cases.opened_at, is_fresh=no, is_authenticated=no)
        assert np.array_equal(again, world.cases.first_answer)

    def test_heals_a_dead_card_only_by_a_fresh_one(self, world):
        dead = np.flatnonzero(world.cases.first_answer == Answer.HARD_DECLINE)
        later = world.cases.opened_at[dead] + 20 * Timeline.DAY
        no, yes = np.zeros(len(dead), dtype=bool), np.ones(len(dead), dtype=bool)
        stuck = world.answer(dead, later, is_fresh=no, is_authenticated=yes)
        assert set(stuck.tolist()) <= {Answer.HARD_DECLINE, Answer.PROCESSOR_ERROR}
        fresh = world.answer(dead, later, is_fresh=yes, is_authenticated=no)
        assert not set(fresh.tolist()) & {Answer.HARD_DECLINE}
        assert Answer.APPROVED in fresh


class TestWallets:
    def test_hold_no_money_before_it_arrives(self, world):
        wallets = world.cards.wallets
        payer, day = np.nonzero((wallets.income > 0) & (wallets.arrival > 0)[:, None])
        start = day * Timeline.DAY
        before = wallets.balance(payer, start + wallets.arrival[payer] - 1)
        after = wallets.balance(payer, start + wallets.arrival[payer])
        assert (before <= wallets.midnight[payer, day]).all()
        assert (after > before).all()

    def test_are_never_below_zero(self, world):
        wallets = world.cards.wallets
        payers = np.repeat(np.arange(world.payers), world.timeline.days)
        for hour in (0, 11, 23):
            slots = np.tile(np.arange(world.timeline.days) * Timeline.DAY + hour * Timeline.HOUR, world.payers)
            assert (wallets.balance(payers, slots) >= 0).all()


class TestPriors:
    def test_bound_every_draw(self):
        priors = Priors()
        for seed in SeedBook.EVALUATION:
            draws = Draws.of(priors, seed.world_stream("priors"))
            assert all(span.low <= draws[name] <= span.high for name, span in priors.rows())

    def test_make_shares_that_add_up_to_one(self):
        draws = Draws.of(Priors(), SeedBook.DEVELOPMENT[3].world_stream("priors"))
        names = ("insufficient_funds", "generic", "outage", "expired", "hard", "authentication")
        assert sum(draws[name] for name in names) == pytest.approx(1.0)

    def test_refuse_reasons_that_cannot_add_up(self):
        with pytest.raises(ValueError, match="can't add up"):
            Draws.of(Priors(generic=Span(0.9, 0.95, "a test")), SeedBook.DEVELOPMENT[0].world_stream("priors"))

    def test_say_where_each_comes_from(self):
        assert all(span.source for _, span in Priors().rows())


class TestSeedBook:
    def test_keeps_development_and_evaluation_apart(self):
        built = {n for seed in SeedBook.DEVELOPMENT for n in (seed.world, seed.chance)}
        judged = {n for seed in SeedBook.EVALUATION for n in (seed.world, seed.chance)}
        assert len(built) == 2 * len(SeedBook.DEVELOPMENT)
        assert len(judged) == 2 * len(SeedBook.EVALUATION)
        assert not built & judged

    def test_takes_so_many_from_the_first_one_named_on(self):
        assert SeedBook.take(20, first=21, development=False) == SeedBook.EVALUATION[20:]
        assert SeedBook.take(2, first=1, development=True) == SeedBook.DEVELOPMENT[:2]

    @pytest.mark.parametrize(("first", "development", "there_are"), [(22, False, 40), (6, True, 24)])
    def test_refuses_more_than_there_are(self, first, development, there_are):
        with pytest.raises(SeedNotFoundError, match=f"There are {there_are} "):
            SeedBook.take(20, first=first, development=development)

    @pytest.mark.parametrize(
        ("seeds", "words"),
        [
            (SeedBook.EVALUATION[20:], "evaluation seeds 21 to 40"),
            (SeedBook.EVALUATION[4:5], "evaluation seed 5"),
            (SeedBook.DEVELOPMENT, "development seeds 1 to 24"),
        ],
    )
    def test_says_which_seeds_these_are(self, seeds, words):
        assert SeedBook.words(seeds) == words


class TestChance:
    def test_gives_the_same_question_the_same_number(self):
        who, when = np.arange(50), np.arange(50) * 7
        assert np.array_equal(Chance(3).number(who, when), Chance(3).number(who, when))
        assert not np.array_equal(Chance(3).number(who, when), Chance(4).number(who, when))

    def test_is_even(self):
        numbers = Chance(9).number(np.repeat(np.arange(200), 200), np.tile(np.arange(200), 200))
        counts = np.histogram(numbers, bins=20, range=(0, 1))[0] / len(numbers)
        assert np.abs(counts - 0.05).max() < 0.006


class TestTimeline:
    def test_knows_the_calendar(self):
        timeline = Timeline(2)
        assert timeline.month_starts.tolist() == [31, 59, 90]
        assert timeline.days_of_month[30:33].tolist() == [31, 1, 2]
        assert timeline.weekdays[0] == 3

    @pytest.mark.parametrize("months", [0, 37])
    def test_refuses_a_world_without_an_end(self, months):
        with pytest.raises(ValueError, match="from 1 to 36"):
            Timeline(months)
