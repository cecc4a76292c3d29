"""Duro crypto: hashing, ids and keys."""
