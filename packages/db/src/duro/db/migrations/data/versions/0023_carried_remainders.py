"""What is too little to charge of an invoice that was paid but for that waits for the next one."""

from collections.abc import Callable
from pathlib import Path

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0023_carried_remainders.sql")
