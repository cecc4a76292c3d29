"""Duro billing-worker: the service for everything on a timer."""
