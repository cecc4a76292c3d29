"""Duro payments: the charge gateway port and the simulated issuer."""
