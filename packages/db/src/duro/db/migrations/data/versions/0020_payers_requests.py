"""Who wanted the money pushed: the plan or the payer."""

from collections.abc import Callable
from pathlib import Path

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0020_payers_requests.sql")
