"""Duro embedded: PostgreSQL and Valkey servers that one command starts."""
