"""Where payers approve charges that their banks want them to approve."""

from collections.abc import Callable
from pathlib import Path

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0018_approvals.sql")
