from enum import StrEnum


class Mode(StrEnum):
    """Which of the two worlds a row, a key or a job belongs to; each is a Postgres schema of its own."""

    TEST = "test"
    LIVE = "live"
