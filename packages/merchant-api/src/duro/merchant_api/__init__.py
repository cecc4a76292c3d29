"""Duro merchant-api: orchestration: one class per act."""
