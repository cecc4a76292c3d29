"""How often a person was asked for money, whoever asked."""

from collections.abc import Callable
from pathlib import Path

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0002_nudges.sql")
