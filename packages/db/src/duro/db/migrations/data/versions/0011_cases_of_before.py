"""Cases that were opened before cases had money and woke: the walls had hidden them from that revision."""

from collections.abc import Callable
from pathlib import Path

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0011_cases_of_before.sql")
