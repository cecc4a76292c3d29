"""Whose a message is that WhatsApp tells of, and whether it never arrived there."""

from collections.abc import Callable
from pathlib import Path

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0017_whose_message.sql")
