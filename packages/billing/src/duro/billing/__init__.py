"""Duro billing: the brain: pure decisions about time and money."""
