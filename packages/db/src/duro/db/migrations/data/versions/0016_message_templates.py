"""What merchants say in their own words."""

from collections.abc import Callable
from pathlib import Path

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade(execute: Callable[[Path], None]) -> None:
    """Execute the SQL file beside this folder."""
    execute(Path(__file__).parents[1] / "0016_message_templates.sql")
