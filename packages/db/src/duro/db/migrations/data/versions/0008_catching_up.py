"""How fast a subscription catches up on periods that went by while its payer owed."""

from collections.abc import Callable
from pathlib import Path

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0008_catching_up.sql")
