"""Duro public-api: the HTTP service for merchants."""
