"""Duro testkit: servers, clocks, builders and journeys for tests."""
