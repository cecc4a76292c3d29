"""Duro gateway-simulator: the simulated issuer as an HTTP server."""
