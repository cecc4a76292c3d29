"""Whose a reference is that a provider names, before any tenant is known: by an index, and by nothing but the id."""

from collections.abc import Callable
from pathlib import Path

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0013_whose_reference.sql")
