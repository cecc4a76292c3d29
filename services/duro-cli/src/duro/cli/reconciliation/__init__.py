"""Comparing what this database says of money with what the gateway says it really took."""
