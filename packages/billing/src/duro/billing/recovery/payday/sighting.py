from dataclasses import dataclass
from typing import final

from whenever import Instant


@final
@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of a payer's account at an instant: that money was there, or that it was empty.

    A charge that succeeded, a transfer and a top-up are sights of money; a refusal for want of it is one of none.
    """

    at: Instant
    is_money: bool
