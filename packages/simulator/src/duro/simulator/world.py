from dataclasses import dataclass
from typing import Final, final

import numpy as np

from duro.simulator.ailments import Ailment, Ailments
from duro.simulator.answer import Answer, Network
from duro.simulator.arrays import Flags, Ints
from duro.simulator.cards import Cards, Charges
from duro.simulator.cases import Cases
from duro.simulator.chance import Chance
from duro.simulator.draws import Draws
from duro.simulator.incomes import Incomes
from duro.simulator.issuers import Issuers
from duro.simulator.priors import Priors
from duro.simulator.renewals import Renewals
from duro.simulator.seeds import Seed
from duro.simulator.tempers import Tempers
from duro.simulator.timeline import Timeline
from duro.simulator.wallets import Wallets

_LEAST_PRICE: Final = 100_00
_ROUNDING: Final = 10_00


@final
@dataclass(frozen=True, slots=True)
class Paid:
    """The renewals that succeeded at once: whose, in which month, when, and how much."""

    payer: Ints
    month: Ints
    at: Ints
    amount: Ints


@final
@dataclass(frozen=True, slots=True)
class World:
    """Payers, banks and what befalls them, all hidden from policies, and the list of charges that fail in it."""

    timeline: Timeline
    draws: Draws
    payers: int
    cards: Cards
    cases: Cases
    paid: Paid
    tempers: Tempers
    mandate_lag: Ints

    @classmethod
    def make(cls, seed: Seed, *, payers: int, months: int, priors: Priors | None = None) -> "World":
        """Make the world of a seed: the same one every time."""
        timeline = Timeline(months)
        draws = Draws.of(Priors() if priors is None else priors, seed.world_stream("priors"))
        cards, incomes = cls._cards(seed, payers=payers, timeline=timeline, draws=draws)
        renewals = Renewals.draw(incomes, timeline=timeline, draws=draws, stream=seed.world_stream("renewals"))
        ailments = Ailments.draw(renewals.at, draws=draws, stream=seed.chance_stream("ailments"))
        amount = cls._prices(renewals, ailments, cards, draws)
        answer = cards.answer(
            Charges(renewals.payer, amount, renewals.at, ailments.kind, ailments.blocked_until),
        )
        paid = np.flatnonzero(answer == Answer.APPROVED)
        networks = cls._networks(payers, draws, seed.world_stream("networks"))
        cases = Cases.of(renewals, ailments=ailments, amount=amount, answer=answer, network_of=networks)
        lag = seed.world_stream("mandates").uniform(0.3, 1.0, size=payers) * draws.slots("mandate_set_up_hours")
        return cls(
            timeline=timeline,
            draws=draws,
            payers=payers,
            cards=cards,
            cases=cases,
            paid=Paid(renewals.payer[paid], renewals.month[paid], renewals.at[paid], amount[paid]),
            tempers=Tempers.draw(cases.payer, payers=payers, draws=draws, stream=seed.chance_stream("tempers")),
            mandate_lag=lag.astype(np.int64) + 1,
        )

    @staticmethod
    def _cards(seed: Seed, *, payers: int, timeline: Timeline, draws: Draws) -> tuple[Cards, Incomes]:
        incomes = Incomes.draw(payers=payers, timeline=timeline, draws=draws, stream=seed.world_stream("incomes"))
        wallets = Wallets.live(incomes, draws=draws, stream=seed.world_stream("wallets"))
        stray = draws["stray_errors"]
        rate = max(draws["failure_rate"] * draws["outage"] - stray, 0.0)
        stream = seed.world_stream("issuers")
        issuers = Issuers.draw(rate=rate, timeline=timeline, draws=draws, stream=stream)
        cards = Cards(
            wallets=wallets,
            issuers=issuers,
            issuer_of=issuers.assign(payers, stream),
            is_vague=stream.random(payers) < draws["generic_empty"],
            outage_luck=Chance(2 * seed.chance),
            stray_luck=Chance(2 * seed.chance + 1),
            stray_rate=min(stray, draws["failure_rate"] * draws["outage"]),
        )
        return cards, incomes

    @staticmethod
    def _prices(renewals: Renewals, ailments: Ailments, cards: Cards, draws: Draws) -> Ints:
        """Scale prices until as many renewals meet an empty account as the shares of failure reasons ask."""
        reaches = (ailments.kind == Ailment.NONE) & ~cards.is_unreachable(renewals.payer, renewals.at)
        balance = cards.wallets.balance(renewals.payer, renewals.at)
        empty = draws["failure_rate"] * draws["insufficient_funds"] / (1.0 - draws["generic_empty"])
        wanted = min(empty * len(renewals) / max(int(reaches.sum()), 1), 1.0)
        scale = float(np.quantile(balance[reaches] / renewals.relative_price[reaches], wanted))
        price = renewals.relative_price * scale / _ROUNDING
        return np.maximum(np.round(price).astype(np.int64) * _ROUNDING, _LEAST_PRICE)

    @staticmethod
    def _networks(payers: int, draws: Draws, stream: np.random.Generator) -> Ints:
        visa, verve = draws["visa"], draws["verve"]
        return stream.choice(len(Network), size=payers, p=[visa, 1.0 - visa - verve, verve]).astype(np.int64)

    def answer(self, case: Ints, at: Ints, *, is_fresh: Flags, is_authenticated: Flags) -> Ints:
        """Answer a charge of each case's card at its slot: a fresh card has nothing wrong with it."""
        cases, kind = self.cases, self.cases.ailment[case]
        is_well = is_fresh | (is_authenticated & (kind == Ailment.UNAUTHENTICATED))
        ailment = np.where(is_well, Ailment.NONE, kind)
        return self.cards.answer(
            Charges(cases.payer[case], cases.amount[case], at, ailment, cases.blocked_until[case]),
        )

    def has_money(self, case: Ints, at: Ints) -> Flags:
        return self.cards.wallets.balance(self.cases.payer[case], at) >= self.cases.amount[case]
