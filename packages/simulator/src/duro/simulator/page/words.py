from dataclasses import dataclass
from typing import ClassVar, final

from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.terms import Terms


@final
@dataclass(frozen=True, slots=True)
class Words:
    """What the page says to a merchant: what is compared, and what a made-up world can't tell."""

    PURPOSE: ClassVar[tuple[str, ...]] = (
        "When a charge fails, the money is often not lost: the account is empty today and full on payday, a bank is",
        "down for an hour, a card wants replacing. What comes back depends on when one tries again, how often, and",
        "what one asks the payer. Here several ways to do that work on exactly the same failures of the same made-up",
        "payers, with the same luck. No real data is in it, and nothing was tuned to make one way win: payers, paydays",
        "and banks are drawn from the wide ranges below, which were fixed before any policy was run. It forecasts",
        "nobody's income. It says which way is better, by how much, and how sure one can be.",
    )
    LEFT_OUT: ClassVar[tuple[str, ...]] = (
        "A renewal that is paid doesn't lower the payer's balance, so that every policy meets the same failures.",
        "Spending limits, unsupported cards, chargebacks, partial payments, public holidays, yearly and weekly plans.",
        "Payers who pay by themselves without being asked, and merchants who change their prices.",
        "What a message says: all policies send the same ones, at most one a day and six for a case.",
        "What nobody publishes is assumed, in a wide range; the intervals cover what the ranges leave open, no more.",
    )
    POLICIES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("fixed_daily", "three tries, a day apart, whatever the reason"),
        ("half_hourly_3", "three tries within two hours, whatever the reason"),
        ("ladder_1_3_5_7", "tries on days 1, 3, 5 and 7; an empty account waits up to four days for the month's end"),
        ("ladder_2_7_14_21", "tries on days 2, 7, 14 and 21"),
        ("ladder_8_8_8", "a try every eight days, three times"),
        ("duro_calendar", "Duro: answers each reason in its own way, and waits for the 28th when an account is empty"),
        ("duro_hedged", "Duro: the same, but tries on likely paydays and between them"),
        ("duro_learned", "Duro: the same, but learns from each payer's own history when money is there"),
        ("duro_learned_unreminded", "Duro: learns too, but asks payers once only for what they alone can do"),
        ("duro_learned_cautious", "Duro: learns too, but stops after three refusals without a reason"),
        ("duro_learned_default", "Duro: learns too, with the default settings: 4 tries in 35 days, three refusals"),
        ("oracle", "no policy but the bound of all: it sees every balance and loses only what nobody could win"),
    )

    @classmethod
    def of(cls, policy: str) -> str:
        """Say what a policy does."""
        known = dict(cls.POLICIES)
        if policy in known:
            return known[policy]
        name, terms = Terms.split(policy)
        if terms is None:
            return ""
        if name == Catalogue.EVEN:
            return f"{terms.tries} tries, evenly spread over {terms.days} days"
        return f"{known.get(name, name)}; with {terms.tries} tries in {terms.days} days"
