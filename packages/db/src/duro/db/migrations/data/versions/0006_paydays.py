"""When money is likely: what was learned of a payer, until when, and in whose zone."""

from collections.abc import Callable
from pathlib import Path

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0006_paydays.sql")
