from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from duro.simulator.figures import Figures
from duro.simulator.findings import Findings
from duro.simulator.role import Role
from duro.simulator.run import Run


@final
@dataclass(frozen=True, slots=True)
class Headline:
    """The answer in one sentence and a few figures: Duro's best policy, or the best there is, beside the control."""

    findings: Findings

    @property
    def sentence(self) -> str:
        subject, control = self._subject, self.findings.control
        evenly = f"evenly spread tries bring back {self._share(control)}"
        if subject == control:
            return f"Of all money that failed, {evenly}."
        return f"Of all money that failed, {subject.policy} brings back {self._share(subject)}; {evenly}."

    def _share(self, run: Run) -> str:
        return f"{Figures(self.findings.base.series[run]).share('recovered_share')} %"

    def cards(self) -> Iterator[tuple[str, str]]:
        """Return each figure with its words."""
        subject, control, series = self._subject, self.findings.control, self.findings.base.series
        ours, even = Figures(series[subject]), Figures(series[control])
        yield f"{ours.share('recovered_share')} %", f"of all money that failed comes back with {subject.policy}"
        if subject != control:
            yield self._points(subject, control, f"{control.policy}, the control")
            yield self._points(
                subject, control, "the control, if money loses 1 % of its worth a day", "discounted_share"
            )
        ladder = self.findings.best(Role.RIVAL)
        if ladder is not None and ladder != subject:
            yield self._points(subject, ladder, self._of_ladder(ladder))
        bound = self.findings.best(Role.BOUND)
        if bound is not None and subject != control:
            whole, part = (series[run].against(series[control]).mean for run in (bound, subject))
            if min(whole, part) > 0:
                yield f"{100 * part / whole:.0f} %", "of the way from even spacing to a policy that sees every balance"
        yield (
            ours.number("attempts_per_case", 2),
            f"tries per case; even spacing makes {even.number('attempts_per_case', 2)}",
        )
        hard = ours.number("hard_retries", 0)
        yield ours.number("breaches", 0), f"breaches of networks' rules per world; {hard} tries after a hard decline"

    def _of_ladder(self, ladder: Run) -> str:
        own = f"{ladder.policy}, the best published ladder, in its own window of {ladder.days} days"
        days = self._subject.days
        return f"{own}; longer window: {self._subject.policy} has {days}" if days > ladder.days else own

    def _points(self, subject: Run, other: Run, words: str, measure: str = "recovered_share") -> tuple[str, str]:
        series = self.findings.base.series
        difference = series[subject].against(series[other], measure)
        return f"{100 * difference.mean:+z.1f} points", f"against {words}{Figures.interval(difference)}"

    @property
    def _subject(self) -> Run:
        return self.findings.best(Role.OURS) or self.findings.best(Role.RIVAL) or self.findings.control
