"""Charges that payers had their bank take back."""

from collections.abc import Callable
from pathlib import Path

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0025_disputes.sql")
