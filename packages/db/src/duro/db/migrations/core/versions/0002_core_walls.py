"""The walls around core."""

from pathlib import Path

from alembic import context

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the SQL file beside this folder."""
    context.config.attributes["execute"](Path(__file__).parents[1] / "0002_core_walls.sql")


def downgrade() -> None:
    """Refuse: data is restored from a backup, never migrated backwards."""
    message = "Migrations only go forward; restore a backup instead."
    raise NotImplementedError(message)
