"""Parts that go off an invoice again, and what a person decided about money that waited for one."""

from collections.abc import Callable
from pathlib import Path

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0024_money_moved.sql")
