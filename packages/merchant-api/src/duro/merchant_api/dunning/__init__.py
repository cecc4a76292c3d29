"""Recovery: what is done about charges that failed, until the money is in or nobody can do more."""

from duro.merchant_api.dunning.dunning_service import DunningService

__all__ = ["DunningService"]
