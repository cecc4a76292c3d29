"""What was to end with its period falls due then, although it is paused."""

from collections.abc import Callable
from pathlib import Path

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0010_ending_while_paused.sql")
