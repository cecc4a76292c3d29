"""Recovery: what is done about charges that failed, until the money is in or nobody can do more."""

from duro.merchant_api.dunning.dunning_service import DunningService
from duro.merchant_api.dunning.pause_case import PauseCase
from duro.merchant_api.dunning.read_cases import CaseWithAttempts, GetCase, ListCases, RecoveredMoney
from duro.merchant_api.dunning.rebuild_paydays import RebuildPaydays, RebuiltPaydays
from duro.merchant_api.dunning.retry_now import RetryNow

__all__ = [
    "CaseWithAttempts",
    "DunningService",
    "GetCase",
    "ListCases",
    "PauseCase",
    "RebuildPaydays",
    "RebuiltPaydays",
    "RecoveredMoney",
    "RetryNow",
]
