"""Duro http-kit: what every HTTP service shares."""
