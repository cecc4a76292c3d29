from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from duro.simulator.policy import Policy
from duro.simulator.replay.past import Past
from duro.simulator.replay.replay import Replay, Verdict, WouldTry
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class Bounds:
    """What a policy would have brought back of a merchant's past: at least, and at most; nobody can say more.

    At least: only what a charge is known to have found. At most: every charge with an unknown answer finds money, and
    whoever really paid by themselves within the policy's window does so again.
    """

    policy: str
    window_days: int
    cases: int
    at_risk: int
    at_least: int
    at_most: int
    tries: int
    known: int
    would_try: tuple[tuple[WouldTry, ...], ...]

    @classmethod
    def of(cls, past: Past, policy: Policy) -> "Bounds":
        worst, best = (Replay.prepare(past, policy, is_hopeful=hopeful).play() for hopeful in (False, True))
        window = policy.window_days * Timeline.DAY
        paid = tuple(case.paid_at is not None and case.paid_at - case.opened_at <= window for case in past.cases)
        verdicts = [one.verdict for tries in worst.tries for one in tries]
        return cls(
            policy=policy.name,
            window_days=policy.window_days,
            cases=len(past.cases),
            at_risk=past.at_risk,
            at_least=cls._sum(past, worst.is_recovered),
            at_most=cls._sum(past, tuple(a or b for a, b in zip(best.is_recovered, paid, strict=True))),
            tries=len(verdicts),
            known=sum(verdict is not Verdict.UNKNOWN for verdict in verdicts),
            would_try=worst.tries,
        )

    @property
    def at_least_share(self) -> float:
        return self.at_least / max(self.at_risk, 1)

    @property
    def at_most_share(self) -> float:
        return self.at_most / max(self.at_risk, 1)

    @property
    def tries_per_case(self) -> float:
        """Return how often a case is tried after its first charge, were every unknown answer a refusal."""
        return self.tries / max(self.cases, 1)

    @property
    def known_share(self) -> float:
        """Return of how many of those tries the answer is known."""
        return self.known / max(self.tries, 1)

    @staticmethod
    def _sum(past: Past, is_recovered: Sequence[bool]) -> int:
        return sum(case.amount for case, is_won in zip(past.cases, is_recovered, strict=True) if is_won)
