"""What a person decided about an attempt that was in review."""

from collections.abc import Callable
from pathlib import Path

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0021_review_decisions.sql")
