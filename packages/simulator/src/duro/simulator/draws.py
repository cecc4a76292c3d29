from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from duro.simulator.priors import Priors

_OTHER_REASONS: Final = ("generic", "outage", "expired", "hard", "authentication")
_MOST_DRAWS: Final = 10_000


@final
@dataclass(frozen=True, slots=True)
class Draws:
    """What one world drew from the priors, by the name of the range."""

    values: Mapping[str, float]

    @classmethod
    def of(cls, priors: Priors, stream: np.random.Generator) -> "Draws":
        """Draw everything once; the shares of failure reasons are drawn again until they add up within their ranges."""
        values = {name: span.draw(stream) for name, span in priors.rows()}
        for _ in range(_MOST_DRAWS):
            shares = {name: priors.span(name).draw(stream) for name in _OTHER_REASONS}
            rest = 1.0 - sum(shares.values())
            if priors.insufficient_funds.low <= rest <= priors.insufficient_funds.high:
                return cls({**values, **shares, "insufficient_funds": rest})
        message = "The ranges of the failure reasons can't add up to one."
        raise ValueError(message)

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def slots(self, name: str) -> float:
        """Return a drawn duration, written in hours, in slots of half an hour."""
        return self.values[name] * 2
