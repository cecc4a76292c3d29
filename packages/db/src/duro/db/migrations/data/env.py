"""Runs this folder's revisions over the connection and schema that the Migrator hands in."""

from alembic import context


def run() -> None:
    """Apply the revisions inside the Migrator's own transaction."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        version_table=attributes["version_table"],
        version_table_schema=attributes["version_schema"],
    )
    with context.begin_transaction():
        context.run_migrations()


run()
