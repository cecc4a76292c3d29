"""Keeping processes alive: what may happen to one, how long to wait before trying again, and how all of them end."""
