from dataclasses import dataclass, field
from typing import TypeAlias, final

from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """An order to take money from a saved instrument once, under a reference that is never used for anything else.

    With the payer present their bank may ask them to approve it; then they come back to the return address, if one is
    given. Without them it has to say yes or no.
    """

    reference: str
    amount: Money
    token: str = field(repr=False)
    customer_email: str
    description: str
    is_payer_present: bool = False
    return_url: str | None = field(default=None, repr=False)


@final
@dataclass(frozen=True, slots=True)
class Approved:
    """The provider took the money: this much, in this currency, under this reference.

    The amount is what the provider says it took. Compare it with what was asked: a repeat of a reference answers
    with the first presentment's result, whatever the repeat asked for. The fee is what it kept of the amount, None if
    it doesn't say.
    """

    reference: str
    amount: Money
    fee: Money | None = None


@final
@dataclass(frozen=True, slots=True)
class Declined:
    """The provider or the payer's bank said no, finally, and nothing was taken under this reference."""

    code: str
    message: str
    advice: str | None = None


@final
@dataclass(frozen=True, slots=True)
class AwaitsApproval:
    """The provider holds the charge until its payer has approved it with their bank, at this address of the payer's.

    Nothing was taken so far. The same reference again is answered the same, until the payer decides or the provider's
    time for that is over: that is a decline as any other.
    """

    reference: str
    url: str = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class NotFound:
    """The provider has no such reference at this moment; a request still on its way may yet arrive."""


@final
@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say what happened: money may or may not have moved, so only a look-up may follow."""

    detail: str


ChargeResult: TypeAlias = Approved | Declined | AwaitsApproval | Unknown
ChargeLookup: TypeAlias = Approved | Declined | AwaitsApproval | NotFound | Unknown
