"""What people are told: on which channel, and what is known of it."""

from collections.abc import Callable
from pathlib import Path

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0007_messages.sql")
