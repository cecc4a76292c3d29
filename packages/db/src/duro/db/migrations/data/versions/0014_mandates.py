"""Approvals of debits as ways to pay, and recovery cases that go on with one."""

from collections.abc import Callable
from pathlib import Path

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0014_mandates.sql")
