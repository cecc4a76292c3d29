"""What providers told and nobody could act on waits for a person."""

from collections.abc import Callable
from pathlib import Path

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0003_kept_notices.sql")
