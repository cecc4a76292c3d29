from dataclasses import dataclass
from typing import final

import numpy as np

from duro.simulator.ailments import Ailment
from duro.simulator.answer import Answer
from duro.simulator.arrays import Flags, Ints
from duro.simulator.chance import Chance
from duro.simulator.issuers import Issuers
from duro.simulator.wallets import Wallets


@final
@dataclass(frozen=True, slots=True)
class Charges:
    """What is to be answered: of whom, how much, when, on a card with what wrong with it. Arrays of one shape."""

    payer: Ints
    amount: Ints
    at: Ints
    ailment: Ints
    blocked_until: Ints


@final
@dataclass(frozen=True, slots=True)
class Cards:
    """How banks answer: the way to them first, then the card, then the balance. The same charge, the same answer."""

    wallets: Wallets
    issuers: Issuers
    issuer_of: Ints
    is_vague: Flags
    outage_luck: Chance
    stray_luck: Chance
    stray_rate: float

    def is_unreachable(self, payer: Ints, at: Ints) -> Flags:
        is_down = self.issuers.is_down[self.issuer_of[payer], at]
        hits = self.outage_luck.number(payer, at) < self.issuers.depth
        return (is_down & hits) | (self.stray_luck.number(payer, at) < self.stray_rate)

    def answer(self, charges: Charges) -> Ints:
        """Answer each with a code of Answer."""
        has_money = self.wallets.balance(charges.payer, charges.at) >= charges.amount
        empty = np.where(self.is_vague[charges.payer], Answer.DO_NOT_HONOR, Answer.INSUFFICIENT_FUNDS)
        answer = np.where(has_money, Answer.APPROVED, empty)
        ailment = charges.ailment
        is_blocked = (ailment == Ailment.BLOCKED) & (charges.at < charges.blocked_until)
        answer = np.where(is_blocked, Answer.DO_NOT_HONOR, answer)
        answer = np.where(ailment == Ailment.UNAUTHENTICATED, Answer.AUTHENTICATION_REQUIRED, answer)
        answer = np.where(ailment == Ailment.EXPIRED, Answer.EXPIRED_CARD, answer)
        answer = np.where(ailment == Ailment.DEAD, Answer.HARD_DECLINE, answer)
        unreachable = self.is_unreachable(charges.payer, charges.at)
        return np.where(unreachable, Answer.PROCESSOR_ERROR, answer).astype(np.int64)
