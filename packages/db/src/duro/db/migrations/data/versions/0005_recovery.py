"""Recovery: cases that are worked, what payers are told, and money that comes by itself."""

from collections.abc import Callable
from pathlib import Path

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0005_recovery.sql")
