from msgspec import Struct

from duro.billing import Interval
from duro.db.pages import Page
from duro.db.records import Plan
from duro.public_api.wire import PageView, Written


class PlanView(Struct, frozen=True, rename="camel"):
    """A plan as merchants see it; `amount` is in minor units."""

    id: str
    name: str
    amount: int
    currency: str
    interval: Interval
    interval_count: int
    trial_days: int
    max_cycles: int | None
    archived: bool
    archived_at: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, plan: Plan) -> "PlanView":
        return cls(
            id=str(plan.id),
            name=plan.name,
            amount=plan.amount.amount,
            currency=plan.amount.currency.code,
            interval=plan.interval,
            interval_count=plan.interval_count,
            trial_days=plan.trial_days,
            max_cycles=plan.max_cycles,
            archived=plan.archived_at is not None,
            archived_at=Written.optional(plan.archived_at),
            created_at=Written.instant(plan.created_at),
            updated_at=Written.instant(plan.updated_at),
        )


class PlanPage(PageView[PlanView], frozen=True, rename="camel"):
    """One page of plans."""

    @classmethod
    def of(cls, page: Page[Plan]) -> "PlanPage":
        return cls([PlanView.of(plan) for plan in page.items], page.has_more, page.next_cursor)
