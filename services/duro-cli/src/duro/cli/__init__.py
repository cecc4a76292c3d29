"""Duro duro-cli: the duro command."""
