"""What merchants sell: plans."""

from duro.merchant_api.plans.archive_plan import ArchivePlan
from duro.merchant_api.plans.create_plan import CreatePlan, CreatePlanCommand
from duro.merchant_api.plans.read_plans import GetPlan, ListPlans
from duro.merchant_api.plans.shelf import ForgetsPlans
from duro.merchant_api.plans.update_plan import UpdatePlan, UpdatePlanCommand

__all__ = [
    "ArchivePlan",
    "CreatePlan",
    "CreatePlanCommand",
    "ForgetsPlans",
    "GetPlan",
    "ListPlans",
    "UpdatePlan",
    "UpdatePlanCommand",
]
