"""A key says whether its tenant is in good standing: one look instead of two."""

from collections.abc import Callable
from pathlib import Path

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0003_key_standing.sql")
