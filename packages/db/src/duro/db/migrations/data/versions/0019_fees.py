"""What providers kept of money that was taken or came."""

from collections.abc import Callable
from pathlib import Path

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0019_fees.sql")
