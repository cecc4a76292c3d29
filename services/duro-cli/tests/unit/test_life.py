import pytest
from whenever import Instant, TimeDelta

from duro.cli.supervision.life import Happening, ImpossibleHappeningError, Life, Phase
from duro.cli.supervision.restart_policy import RestartPolicy

START = Instant.from_utc(2026, 1, 1)
POLICY = RestartPolicy.usual()


class TestLife:
    def lived(self, *happenings: tuple[Happening, int]) -> Life:
        life, now = Life.begin(START), START
        for happening, seconds in happenings:
            now += TimeDelta(seconds=seconds)
            life = life.after(happening, now, POLICY)
        return life

    def test_runs_once_it_was_started_and_answered(self):
        assert self.lived((Happening.START, 0), (Happening.READY, 1)).phase is Phase.RUNNING

    def test_counts_deaths_that_come_soon_after_one_another(self):
        died = [(Happening.START, 1), (Happening.READY, 1), (Happening.EXITED, 1)] * 3
        life = self.lived(*died)
        assert (life.phase, life.failures) == (Phase.BACKING_OFF, 3)

    def test_counts_deaths_before_it_ever_answered(self):
        life = self.lived(*[(Happening.START, 1), (Happening.EXITED, 60)] * 2)
        assert life.failures == 2

    def test_forgets_earlier_deaths_after_a_calm_run(self):
        died = [(Happening.START, 1), (Happening.READY, 1), (Happening.EXITED, 1)] * 3
        life = self.lived(*died, (Happening.START, 1), (Happening.READY, 1), (Happening.EXITED, 30))
        assert life.failures == 1

    def test_ends_after_a_drain(self):
        life = self.lived((Happening.START, 0), (Happening.READY, 0), (Happening.DRAIN, 0), (Happening.EXITED, 0))
        assert life.phase is Phase.STOPPED
        assert life.is_ending

    def test_ends_at_once_when_nothing_runs(self):
        assert self.lived((Happening.DRAIN, 0)).phase is Phase.STOPPED

    @pytest.mark.parametrize("happening", list(Happening))
    def test_can_do_nothing_once_it_is_stopped(self, happening):
        life = self.lived((Happening.DRAIN, 0))
        with pytest.raises(ImpossibleHappeningError):
            life.after(happening, START, POLICY)


class TestRestartPolicy:
    def test_doubles_the_wait_up_to_its_ceiling(self):
        waits = [POLICY.delay(failures).total("seconds") for failures in (1, 2, 3, 6, 7, 1_000_000)]
        assert waits == [0.2, 0.4, 0.8, 6.4, 10.0, 10.0]
