"""Who isn't to be written on WhatsApp, whoever asks."""

from collections.abc import Callable
from pathlib import Path

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0004_whatsapp_refusals.sql")
