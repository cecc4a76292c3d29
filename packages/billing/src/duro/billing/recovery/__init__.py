"""Decisions about failed charges: what to try next, when, on which rail, and when to stop. No clock, no database."""

from duro.billing.recovery.advice import AdviceEffect, AdviceRule
from duro.billing.recovery.budget_rule import BudgetRule
from duro.billing.recovery.card_usage import BudgetScope, CardUsage
from duro.billing.recovery.dunning_context import DunningAttempt, DunningContext
from duro.billing.recovery.dunning_decision import DunningAction, DunningCause, DunningDecision
from duro.billing.recovery.dunning_settings import DunningSettings, Escalation
from duro.billing.recovery.dunning_strategy import DunningStrategy
from duro.billing.recovery.failure_code import FailureCode, Retryability
from duro.billing.recovery.instrument import Instrument
from duro.billing.recovery.network import Network
from duro.billing.recovery.network_budget import Allowance, AllowedFrom, NetworkBudget, NeverAllowed
from duro.billing.recovery.payday.local_days import LocalDays
from duro.billing.recovery.payday.payday_bank import PaydayBank
from duro.billing.recovery.payday.payday_memory import KnownSighting, PaydayMemory
from duro.billing.recovery.payday.payday_outlook import PaydayOutlook
from duro.billing.recovery.payday.payday_planner import PaydayPlanner, PlannedTry, Refusals
from duro.billing.recovery.payday.payday_profile import PaydayProfile
from duro.billing.recovery.payday.population_prior import PopulationPrior
from duro.billing.recovery.payday.sighting import Sighting
from duro.billing.recovery.payday_awareness import PaydayAwareness
from duro.billing.recovery.payday_timing import PaydayTiming
from duro.billing.recovery.payday_window import PaydayWindow
from duro.billing.recovery.paydays import Paydays
from duro.billing.recovery.published_budget import PublishedBudget
from duro.billing.recovery.rail import Rail
from duro.billing.recovery.retry_schedule import RetrySchedule
from duro.billing.recovery.standing import Standing

__all__ = [
    "AdviceEffect",
    "AdviceRule",
    "Allowance",
    "AllowedFrom",
    "BudgetRule",
    "BudgetScope",
    "CardUsage",
    "DunningAction",
    "DunningAttempt",
    "DunningCause",
    "DunningContext",
    "DunningDecision",
    "DunningSettings",
    "DunningStrategy",
    "Escalation",
    "FailureCode",
    "Instrument",
    "KnownSighting",
    "LocalDays",
    "Network",
    "NetworkBudget",
    "NeverAllowed",
    "PaydayAwareness",
    "PaydayBank",
    "PaydayMemory",
    "PaydayOutlook",
    "PaydayPlanner",
    "PaydayProfile",
    "PaydayTiming",
    "PaydayWindow",
    "Paydays",
    "PlannedTry",
    "PopulationPrior",
    "PublishedBudget",
    "Rail",
    "Refusals",
    "RetrySchedule",
    "Retryability",
    "Sighting",
    "Standing",
]
