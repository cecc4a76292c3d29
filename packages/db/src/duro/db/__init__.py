"""Duro db: tables, migrations, repositories and the walls between tenants."""
