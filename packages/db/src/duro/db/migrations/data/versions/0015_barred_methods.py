"""Ways to pay that may never be charged again."""

from collections.abc import Callable
from pathlib import Path

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0015_barred_methods.sql")
