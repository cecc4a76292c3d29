"""Where payers' answers go."""

from collections.abc import Callable
from pathlib import Path

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0026_reply_to.sql")
