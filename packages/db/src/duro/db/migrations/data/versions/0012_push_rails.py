"""Requests for pushed money are looked at until nothing more is expected; a charge may find nothing left to pay."""

from collections.abc import Callable
from pathlib import Path

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0012_push_rails.sql")
