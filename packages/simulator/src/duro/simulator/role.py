from enum import StrEnum

from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.terms import Terms


class Role(StrEnum):
    """What a policy is in a comparison: one of Duro's own, evenly spread tries, a published ladder, or the bound."""

    OURS = "ours"
    CONTROL = "control"
    RIVAL = "rival"
    BOUND = "bound"

    @classmethod
    def of(cls, policy: str) -> "Role":
        name, _ = Terms.split(policy)
        if name == Catalogue.EVEN:
            return cls.CONTROL
        if Catalogue().is_bound(policy):
            return cls.BOUND
        return cls.OURS if Catalogue().takes_terms(name) else cls.RIVAL
