"""The same card under one key, wherever it is saved."""

from collections.abc import Callable
from pathlib import Path

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0022_card_keys.sql")
