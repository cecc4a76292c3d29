"""How many decisions about failed charges one process takes a second, by the calendar and by learned paydays.

Beside them: how fast it could only write them down, and how many sights of an account it learns from a second.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final, final
from uuid import UUID

from whenever import Instant, TimeDelta

from duro.billing import FailureCategory, Zone
from duro.billing.recovery import (
    CardUsage,
    DunningAction,
    DunningAttempt,
    DunningCause,
    DunningContext,
    DunningDecision,
    DunningSettings,
    DunningStrategy,
    FailureCode,
    Instrument,
    Network,
    PaydayAwareness,
    PaydayBank,
    PaydayProfile,
    Rail,
    Sighting,
)
from duro.kernel import DunningScheduleId

_START: Final = Instant.from_utc(2026, 1, 1)
_DAY: Final = TimeDelta(hours=24)
_CHUNK: Final = 200
_SHARES: Final = {
    FailureCategory.INSUFFICIENT_FUNDS: 50,
    FailureCategory.DO_NOT_HONOR: 22,
    FailureCategory.PROCESSOR_ERROR: 10,
    FailureCategory.EXPIRED_CARD: 5,
    FailureCategory.HARD_DECLINE: 5,
    FailureCategory.AUTHENTICATION_REQUIRED: 4,
    FailureCategory.LIMIT_EXCEEDED: 2,
    FailureCategory.UNKNOWN: 2,
}


@final
class Cases:
    """Cases as they come: one to four failures on any day of a year, every network, half with other rails."""

    def __init__(self, seed: int, mode: PaydayAwareness) -> None:
        self._random = random.Random(seed)
        self._settings = DunningSettings(payday_aware=mode)
        self._zone = Zone("Africa/Lagos")
        self._bank = PaydayBank() if mode is PaydayAwareness.LEARNED else None
        self._codes = [FailureCode.typical(category) for category in _SHARES]

    def take(self, count: int) -> list[DunningContext]:
        return [self._case(number) for number in range(count)]

    def _case(self, number: int) -> DunningContext:
        chance = self._random
        opened_at = _START + TimeDelta(minutes=chance.randrange(365 * 24 * 60))
        network = chance.choice([Network.VISA, Network.MASTERCARD, Network.VERVE])
        card = Instrument(f"card {number}", Rail.CARD, _START, network)
        codes = chance.choices(self._codes, weights=list(_SHARES.values()), k=chance.choice([1, 1, 2, 3, 4]))
        advice = chance.choice(["02", "24", "26", None, None]) if network is Network.MASTERCARD else None
        attempts = tuple(
            DunningAttempt(opened_at + step * 2 * _DAY, card, code, advice) for step, code in enumerate(codes)
        )
        declines = tuple(attempt.at for attempt in attempts)
        rails = chance.choice([(), (), (Rail.TRANSFER,), (Rail.USSD, Rail.VIRTUAL_ACCOUNT)])
        return DunningContext(
            schedule_id=DunningScheduleId(UUID(int=number)),
            opened_at=opened_at,
            deadline_at=opened_at + 35 * _DAY,
            now=attempts[-1].at + TimeDelta(seconds=2),
            attempts=attempts,
            method=card,
            zone=self._zone,
            others=tuple(Instrument(rail.value, rail, _START) for rail in rails),
            usage=CardUsage(network, "simulated", declines, declines, declines, declines),
            settings=self._settings,
            profile=self._profile(attempts),
        )

    def _profile(self, attempts: tuple[DunningAttempt, ...]) -> PaydayProfile:
        """Return what was learned of half a year of renewals, half of them with money, and of the case itself."""
        if self._bank is None:
            return PaydayProfile()
        months = [attempts[0].at - month * 30 * _DAY for month in range(1, 7)]
        sights = [Sighting(at, is_money=self._random.random() < 0.5) for at in months]
        sights += [Sighting(each.at, is_money=False) for each in attempts]
        return self._bank.rebuilt(sights, zone=self._zone, until=attempts[-1].at)


@final
class WithoutDeciding:
    """The least that any decision costs: one call, one sum of times, one answer written down."""

    def decide(self, context: DunningContext) -> DunningDecision:
        return DunningDecision(
            DunningAction.RETRY, DunningCause.NEXT_STEP, "The next try is tomorrow.", context.now + _DAY, Rail.CARD
        )


def rate(decide: Callable[[DunningContext], object], contexts: list[DunningContext], rounds: int) -> float:
    """Time every chunk as often as there are rounds and take its best: what else the machine does isn't measured."""
    seconds = 0.0
    for start in range(0, len(contexts), _CHUNK):
        chunk, times = contexts[start : start + _CHUNK], []
        for _ in range(rounds):
            started = time.perf_counter()
            for context in chunk:
                decide(context)
            times.append(time.perf_counter() - started)
        seconds += min(times)
    return len(contexts) / seconds


@final
class Learning:
    """Learns from one more sight of each payer's account, as settlement does."""

    def __init__(self) -> None:
        self._bank = PaydayBank()

    def decide(self, context: DunningContext) -> PaydayProfile:
        return self._bank.seen(context.profile, Sighting(context.now, is_money=True), zone=context.zone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--learned-cases", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=7, help="the best of so many, for every 200 cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    contexts, strategy = Cases(options.seed, PaydayAwareness.CALENDAR).take(options.cases), DunningStrategy.published()
    learned = Cases(options.seed, PaydayAwareness.LEARNED).take(options.learned_cases)
    actions = Counter(strategy.decide(context).action.value for context in contexts)
    assert strategy.decide(replace(contexts[0], is_canceled=True)).action is DunningAction.EXHAUST
    waits = [each for each in learned if strategy.decide(each).cause is DunningCause.PAYDAY]
    decided = rate(strategy.decide, contexts, options.rounds)
    limit = rate(WithoutDeciding().decide, contexts, options.rounds)
    figures = {
        "cases": options.cases,
        "decisions_per_second": round(decided, 1),
        "limit_per_second": round(limit, 1),
        "share_of_limit": round(decided / limit, 3),
        "learned_cases": options.learned_cases,
        "learned_decisions_per_second": round(rate(strategy.decide, learned, options.rounds), 1),
        "learned_paydays_per_second": round(rate(strategy.decide, waits, options.rounds), 1),
        "profile_updates_per_second": round(rate(Learning().decide, learned, options.rounds), 1),
        "profile_bytes": max(len(each.profile.to_bytes()) for each in learned),
        **{f"share_{action}": round(count / options.cases, 3) for action, count in sorted(actions.items())},
    }
    for name, value in figures.items():
        print(f"{name:28} {value:>12,}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
