"""Whether payers are told of charges that failed is a setting of its own."""

from collections.abc import Callable
from pathlib import Path

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0009_recovery_settings.sql")
