from enum import StrEnum


class PaydayAwareness(StrEnum):
    """How an empty account is waited for: by a fixed date, by likely dates and between them, or by what was seen."""

    CALENDAR = "calendar"
    HEDGED = "hedged"
    LEARNED = "learned"
